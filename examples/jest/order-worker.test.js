const { clock, createQueue, daemon, queue } = require('querator-test/jest')
const { payOrders } = require('./order-worker.js')

const url = 'http://querator.internal'
const declined = async () => {
  throw new Error('card declined')
}

test('an order is paid once', async () => {
  await queue.produce({ reference: 'order-1', json: { id: 1 } })
  const paid = []
  await payOrders({ url, fetch: daemon.fetch }, queue.name, async (order) => paid.push(order.id))
  expect(paid).toEqual([1])
  expect(await queue.items()).toEqual([])
})

test('a declined order goes back to the tail of the queue', async () => {
  await queue.produce({ reference: 'declined', json: { id: 1 } })
  await payOrders({ url, fetch: daemon.fetch }, queue.name, declined)
  await queue.produce({ reference: 'next', json: { id: 2 } })
  const items = await queue.items()
  expect(items.map((item) => [item.reference, item.attempts])).toEqual([
    ['declined', 1],
    ['next', 0],
  ])
})

test('an order that nobody finishes is dead after three attempts', async () => {
  const orders = await createQueue({ maxAttempts: 3, deadQueue: true, leaseTimeout: '1m' })
  await orders.produce({ reference: 'order-1', json: { id: 1 } })
  for (let attempt = 1; attempt <= 3; attempt++) {
    await orders.lease({ clientId: 'crashes' })
    await clock.advance('1m')
  }
  expect(await orders.items()).toEqual([])
  const [dead] = await orders.deadQueue.items()
  expect(dead.reference).toBe('order-1')
})
