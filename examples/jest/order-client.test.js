const { createQueue, daemon } = require('querator-test/jest')
const { placeOrder } = require('./order-client.js')

beforeAll(() => {
  daemon.intercept('http://queues.internal:2319')
})

test('an order is placed', async () => {
  const orders = await createQueue({ name: 'orders' })
  await placeOrder({ id: 1 })
  const [item] = await orders.items()
  expect(item.reference).toBe('order-1')
  expect(item.json()).toEqual({ id: 1 })
})

test.concurrent.each([
  'a',
  'b',
  'c',
])('tests that run at the same time have queues of their own: %s', async (letter) => {
  const orders = await createQueue()
  await orders.produce({ text: letter })
  expect((await orders.items()).map((item) => item.text())).toEqual([letter])
})
