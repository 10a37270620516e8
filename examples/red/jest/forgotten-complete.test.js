const { client, createQueue } = require('querator-test/jest')
const { bill } = require('../workers.cjs')

test('every order is billed', async () => {
  const orders = await createQueue({ name: 'orders' })
  await orders.produce({ reference: 'order-1', json: { total: 12 } }, { reference: 'gift', json: { total: 0 } })
  await bill(client, 'orders')
  await bill(client, 'orders')
  await expect(orders).toBeDrained()
})
