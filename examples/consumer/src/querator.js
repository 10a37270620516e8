/** Querator's HTTP protocol, as far as this service needs it: one function for each call, and one kind of error. */

/** A call that Querator refused. */
class RefusedCall extends Error {
  constructor(call, status, message) {
    super(`${call}: ${status} ${message}`)
    this.name = 'RefusedCall'
    this.status = status
  }

  /** Whether the same call will be refused again. 453 is a server that restarts, 454 asks us to come back. */
  get isFinal() {
    return this.status >= 400 && this.status < 500 && this.status !== 453 && this.status !== 454
  }

  /** Whether a lease has waited, and there was nothing to do. */
  get isNothingToDo() {
    return this.status === 454 && this.message.includes('no items are in the queue')
  }
}

/** Makes the functions. `key` is an API key, for a server that asks for one. */
function connect({ url, key, fetch = globalThis.fetch }) {
  async function call(name, body, signal) {
    const response = await fetch(`${url}/v1/${name}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      },
      body: JSON.stringify(body),
      signal,
    })
    const text = await response.text()
    if (response.ok) return JSON.parse(text)
    throw new RefusedCall(name, response.status, messageOf(text))
  }

  return {
    /** Adds items: `{ reference, payload, enqueueAt }`. */
    produce(queue, items) {
      return call('queue.produce', {
        queue_name: queue,
        request_timeout: '10s',
        items: items.map(({ reference, payload, enqueueAt }) => ({
          reference,
          utf8: JSON.stringify(payload),
          enqueue_at: enqueueAt?.toISOString(),
        })),
      })
    },

    /** Leases items; waits until there is one, and answers none when there was none in time. */
    async lease(queue, { clientId, batchSize, patience }, signal) {
      const request = { queue_name: queue, client_id: clientId, batch_size: batchSize, request_timeout: patience }
      try {
        // Zeros are left out of answers.
        const { items, partition = 0 } = await call('queue.lease', request, signal)
        return { items, partition }
      } catch (error) {
        if (error instanceof RefusedCall && error.isNothingToDo) return { items: [], partition: 0 }
        throw error
      }
    },

    /** The items are done. */
    complete(queue, partition, ids) {
      return call('queue.complete', { queue_name: queue, partition, ids, request_timeout: '10s' })
    },

    /** Gives items back; those with `retryAt` are hidden until then. */
    retry(queue, partition, items) {
      return call('queue.retry', {
        queue_name: queue,
        partition,
        items: items.map(({ id, retryAt }) => ({ id, retry_at: retryAt?.toISOString() })),
      })
    },

    /** How much there is in a queue. */
    async backlog(queue) {
      const reply = await call('queue.stats', { queue_name: queue })
      const partitions = reply.logicalQueues.flatMap((logical) => logical.partitions)
      const sum = (count) => partitions.reduce((all, partition) => all + (partition[count] ?? 0), 0)
      return { ready: sum('total') - sum('total_leased'), sending: sum('total_leased'), scheduled: sum('scheduled') }
    },
  }
}

/** A proxy in between may answer in something else than JSON. */
function messageOf(text) {
  try {
    return JSON.parse(text).message
  } catch {
    return text
  }
}

module.exports = { RefusedCall, connect }
