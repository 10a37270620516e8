const { clock, client, createQueue } = require('querator-test/mocha')
const { pack } = require('../workers.cjs')

it('a large order is packed', async () => {
  const orders = await createQueue({ name: 'orders', leaseTimeout: '10s' })
  await orders.produce({ reference: 'order-1', json: { id: 1 } })
  await pack(client, 'orders', 'packer', () => clock.advance('15s'))
})
