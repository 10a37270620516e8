import { clock, createQueue, isEmbedded, queue } from 'querator-test/vitest/values'
import { expect, test } from 'vitest'

test('an order is packed', async () => {
  await queue.produce({ reference: 'order-1' })
  const lease = await queue.lease({ clientId: 'packer' })
  await lease.complete()
  await expect(queue).toBeDrained()
})

test.runIf(isEmbedded())('an order that nobody packs is free again', async () => {
  const orders = await createQueue({ leaseTimeout: '1m' })
  await orders.produce({ reference: 'order-1' })
  await orders.lease({ clientId: 'crashes' })
  await clock.advance('1m')
  await expect(orders).toHaveAttempts(1)
  await expect(orders).toHaveLeased(0)
})
