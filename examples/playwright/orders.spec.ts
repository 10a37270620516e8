import { expect, test } from './shop-test.js'

test('an order that a crashed worker held is packed by the next one', async ({ request, orders, clock }) => {
  await request.post('/orders')
  await orders.lease({ clientId: 'crashed' })
  await clock.advance('1m')
  const lease = await orders.lease({ clientId: 'packer' })
  expect(lease.items[0]?.attempts).toBe(2)
  await lease.complete()
  await expect(orders).toBeDrained()
})
