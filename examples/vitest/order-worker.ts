/** A worker as you may have one: leases orders over HTTP, completes what succeeds, gives back what fails. */
export interface Querator {
  readonly url: string
  readonly fetch: typeof fetch
}

export interface Order {
  readonly id: number
}

async function call(querator: Querator, name: string, request: object) {
  const response = await querator.fetch(`${querator.url}/v1/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  })
  const reply = await response.json()
  if (!response.ok) throw new Error(reply.message)
  return reply
}

/** Handles one batch of orders; answers how many were paid. */
export async function payOrders(querator: Querator, queueName: string, pay: (order: Order) => Promise<void>) {
  const { items, partition = 0 } = await call(querator, 'queue.lease', {
    queueName,
    clientId: 'order-worker',
    batchSize: 10,
    requestTimeout: '5s',
  })
  let paid = 0
  for (const item of items) {
    try {
      await pay(JSON.parse(Buffer.from(item.bytes, 'base64').toString()))
      await call(querator, 'queue.complete', { queueName, partition, requestTimeout: '5s', ids: [item.id] })
      paid++
    } catch {
      await call(querator, 'queue.retry', { queueName, partition, items: [{ id: item.id }] })
    }
  }
  return paid
}
