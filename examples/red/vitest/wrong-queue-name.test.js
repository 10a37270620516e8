import { test } from 'querator-test/vitest'
import { pack } from '../workers.cjs'

test('orders of the shop are packed', async ({ createQueue, client }) => {
  const shop = await createQueue({ name: 'shop-orders' })
  await createQueue({ name: 'shop-order' })
  pack(client, 'shop-order', 'packer', async () => {}).catch(() => {})
  await shop.produce({ reference: 'order-1', json: { id: 1 } })
  await shop.waitFor({ event: 'completed', reference: 'order-1', within: '500ms' })
})
