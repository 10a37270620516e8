const { client, createQueue } = require('querator-test/jest')
const { importAll } = require('../workers.cjs')

test('an order that cannot be read does not hold up the others', async () => {
  const orders = await createQueue({ name: 'orders' })
  await orders.produce({ reference: 'order-1', json: { id: 1 } }, { reference: 'broken', text: '{"id":' })
  await importAll(client, 'orders', 6)
  await expect(orders).toBeDrained()
})
