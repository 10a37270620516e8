import { expect, test } from 'querator-test/vitest'
import { importAll } from '../workers.cjs'

test('an order that cannot be read does not hold up the others', async ({ createQueue, client }) => {
  const orders = await createQueue({ name: 'orders' })
  await orders.produce({ reference: 'order-1', json: { id: 1 } }, { reference: 'broken', text: '{"id":' })
  await importAll(client, 'orders', 6)
  await expect(orders).toBeDrained()
})
