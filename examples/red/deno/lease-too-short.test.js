import { client, clock, createQueue, test } from 'querator-test/deno'
import { pack } from '../workers.cjs'

test('a large order is packed', async () => {
  const orders = await createQueue({ name: 'orders', leaseTimeout: '10s' })
  await orders.produce({ reference: 'order-1', json: { id: 1 } })
  await pack(client, 'orders', 'packer', () => clock.advance('15s'))
})
