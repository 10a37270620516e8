const { clock, createQueue } = require('querator-test/jest')

test('an order that nobody finishes is dead after an hour', async () => {
  const orders = await createQueue({ name: 'orders', maxAttempts: 3, deadQueue: true, leaseTimeout: '30m' })
  await orders.produce({ reference: 'order-1' })
  await orders.lease({ clientId: 'crashes' })
  await clock.advance('30m')
  await orders.lease({ clientId: 'crashes' })
  await clock.advance('30m')
  await expect(orders).toHaveDeadLettered(['order-1'])
})
