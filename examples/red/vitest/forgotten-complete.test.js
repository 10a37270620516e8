import { expect, test } from 'querator-test/vitest'
import { bill } from '../workers.cjs'

test('every order is billed', async ({ createQueue, client }) => {
  const orders = await createQueue({ name: 'orders' })
  await orders.produce({ reference: 'order-1', json: { total: 12 } }, { reference: 'gift', json: { total: 0 } })
  await bill(client, 'orders')
  await bill(client, 'orders')
  await expect(orders).toBeDrained()
})
