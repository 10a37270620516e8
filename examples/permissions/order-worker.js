/** Works orders off, with an API key that may do nothing else. Knows Querator by its HTTP protocol only. */
export class OrderWorker {
  #fetch
  #url
  #key

  constructor({ url, key, fetch = globalThis.fetch }) {
    this.#url = url
    this.#key = key
    this.#fetch = fetch
  }

  /** Leases one order of the queue, handles it, completes it. */
  async workOff(queue, handle) {
    const lease = { queue_name: queue, client_id: 'order-worker', batch_size: 1, request_timeout: '5s' }
    const { items, partition } = await this.#call('queue.lease', lease)
    for (const { id, bytes } of items) {
      await handle(JSON.parse(Buffer.from(bytes, 'base64').toString()))
      await this.#call('queue.complete', { queue_name: queue, partition, ids: [id], request_timeout: '5s' })
    }
  }

  async #call(name, body) {
    const response = await this.#fetch(`${this.#url}/v1/${name}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const answer = await response.json()
    if (response.status === 401) throw new Error(`the worker needs a new key: ${answer.message}`)
    if (response.status === 403) throw new Error(`the worker may not call ${name}; give its role the permission`)
    if (!response.ok) throw new Error(`${name}: ${answer.message}`)
    return answer
  }
}
