import { expect } from 'bun:test'
import { clock, createQueue, queue, test } from 'querator-test/bun'

test('an order goes round', async () => {
  await queue.produce({ reference: 'order-1', json: { id: 1 } })
  const lease = await queue.lease()
  expect(lease.items[0]?.json()).toEqual({ id: 1 })
  await lease.complete()
  await expect(queue).toBeDrained()
})

test('an order that nobody finishes is dead after three attempts', async () => {
  const orders = await createQueue({ maxAttempts: 3, deadQueue: true, leaseTimeout: '1m' })
  await orders.produce({ reference: 'order-1', json: { id: 1 } })
  for (let attempt = 1; attempt <= 3; attempt++) {
    await orders.lease({ clientId: 'crashes' })
    await clock.advance('1m')
  }
  await expect(orders).toBeDrained()
  await expect(orders.deadQueue).toHaveItems(['order-1'])
})
