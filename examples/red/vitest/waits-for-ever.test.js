import { test } from 'querator-test/vitest'
import { pack } from '../workers.cjs'

test('an order that comes in an hour is packed', { timeout: 1500 }, async ({ createQueue, client, clock }) => {
  clock.freeze()
  const orders = await createQueue({ name: 'orders' })
  await orders.produce({ reference: 'order-1', json: { id: 1 }, enqueueAt: new Date(clock.now() + 3_600_000) })
  await pack(client, 'orders', 'packer', async () => {})
})
