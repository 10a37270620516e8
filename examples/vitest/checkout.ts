/** A producer as you may have one: an order that is checked out makes an invoice now and a reminder in an hour. */
import type { Order, Querator } from './order-worker.js'

const HOUR = 3_600_000

async function produce(querator: Querator, queueName: string, item: object) {
  const response = await querator.fetch(`${querator.url}/v1/queue.produce`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ queueName, requestTimeout: '5s', items: [item] }),
  })
  if (!response.ok) throw new Error(`queue.produce: ${response.status}`)
}

export async function checkOut(querator: Querator, order: Order) {
  const reference = `order-${order.id}`
  await produce(querator, 'invoices', { reference, utf8: JSON.stringify(order) })
  const enqueueAt = new Date(Date.now() + HOUR).toISOString()
  await produce(querator, 'reminders', { reference, enqueueAt })
}
