import { expect, test } from 'querator-test/vitest'
import { payOrders } from './order-worker.js'

const url = 'http://querator.internal'
const declined = async () => {
  throw new Error('card declined')
}

test('an order is paid once', async ({ daemon, queue }) => {
  await queue.produce({ reference: 'order-1', json: { id: 1 } })
  const paid: number[] = []
  await payOrders({ url, fetch: daemon.fetch }, queue.name, async (order) => {
    paid.push(order.id)
  })
  expect(paid).toEqual([1])
  expect(await queue.items()).toEqual([])
})

test('a declined order goes back to the tail of the queue', async ({ daemon, queue }) => {
  await queue.produce({ reference: 'declined', json: { id: 1 } })
  await payOrders({ url, fetch: daemon.fetch }, queue.name, declined)
  await queue.produce({ reference: 'next', json: { id: 2 } })
  const items = await queue.items()
  expect(items.map((item) => [item.reference, item.attempts])).toEqual([
    ['declined', 1],
    ['next', 0],
  ])
})

test('an order that a crashed worker held is leased again when its lease has run out', async ({
  createQueue,
  clock,
}) => {
  const queue = await createQueue({ leaseTimeout: '1m' })
  await queue.produce({ reference: 'order-1', json: { id: 1 } })
  await queue.lease({ clientId: 'crashed' })
  const fired = await clock.advance('1m')
  expect(fired).toMatchObject([{ kind: 'lease-expired', reference: 'order-1' }])
  const again = await queue.lease()
  expect(again.items[0]?.attempts).toBe(2)
  await again.complete()
})

test('an order that nobody finishes is dead after three attempts', async ({ createQueue, clock }) => {
  const queue = await createQueue({ maxAttempts: 3, deadQueue: true, leaseTimeout: '1m' })
  await queue.produce({ reference: 'order-1', json: { id: 1 } })
  for (let attempt = 1; attempt <= 3; attempt++) {
    await queue.lease({ clientId: 'crashes' })
    await clock.advance('1m')
  }
  expect(await queue.items()).toEqual([])
  const [dead] = await queue.deadQueue.items()
  expect(dead?.reference).toBe('order-1')
})
