const { client, createQueue } = require('querator-test/jest')
const { shipBatch } = require('../workers.cjs')

test('an order that cannot be shipped stays in the queue', async () => {
  const orders = await createQueue({ name: 'orders' })
  await orders.produce({ reference: 'order-1', json: { id: 1 } }, { reference: 'order-2', json: { id: 2 } })
  await shipBatch(client, 'orders', async ({ id }) => {
    if (id === 2) throw new Error('out of stock')
  })
  await expect(orders).toHaveItems(['order-2'])
})
