import { assertQueue, clock, createQueue, queue, test } from 'querator-test/deno'

test('an order goes round', async () => {
  await queue.produce({ reference: 'order-1', json: { id: 1 } })
  const lease = await queue.lease()
  await lease.complete()
  await assertQueue(queue).toBeDrained()
})

test('an order that nobody finishes is dead after three attempts', async () => {
  const orders = await createQueue({ maxAttempts: 3, deadQueue: true, leaseTimeout: '1m' })
  await orders.produce({ reference: 'order-1', json: { id: 1 } })
  for (let attempt = 1; attempt <= 3; attempt++) {
    await orders.lease({ clientId: 'crashes' })
    await clock.advance('1m')
  }
  await assertQueue(orders).toBeDrained()
  await assertQueue(orders.deadQueue).toHaveItems(['order-1'])
})
