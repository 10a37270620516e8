import { clock, createQueue, queue } from 'querator-test/vitest/values'
import { expect, test } from 'vitest'

test('an order is packed', async () => {
  await queue.produce({ reference: 'order-1' })
  const lease = await queue.lease({ clientId: 'packer' })
  await lease.complete()
  await expect(queue).toBeDrained()
})

test('an order that nobody finishes is dead after two attempts', async () => {
  const orders = await createQueue({ maxAttempts: 2, deadQueue: true, leaseTimeout: '1m' })
  await orders.produce({ reference: 'order-1' })
  for (let attempt = 1; attempt <= 2; attempt++) {
    await orders.lease({ clientId: 'crashes' })
    await clock.advance('1m')
  }
  await expect(orders.deadQueue).toHaveItems(['order-1'])
})
