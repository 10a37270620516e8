import { test } from 'querator-test/vitest'
import { pack } from '../workers.cjs'

test('a large order is packed', async ({ createQueue, client, clock }) => {
  const orders = await createQueue({ name: 'orders', leaseTimeout: '10s' })
  await orders.produce({ reference: 'order-1', json: { id: 1 } })
  await pack(client, 'orders', 'packer', () => clock.advance('15s'))
})
