import { expect, test } from 'querator-test/vitest'
import { pack } from '../workers.cjs'

test('an order is packed once', async ({ createQueue, client, clock }) => {
  const orders = await createQueue({ name: 'orders', leaseTimeout: '30s' })
  await orders.produce({ reference: 'order-1', json: { id: 1 } })
  const packed = []
  const slow = pack(client, 'orders', 'slow', async ({ id }) => {
    await clock.advance('31s')
    await pack(client, 'orders', 'quick', async (order) => packed.push(order.id))
    packed.push(id)
  })
  await slow.catch(() => {})
  expect(packed).toEqual([1])
})
