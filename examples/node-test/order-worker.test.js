import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { clock, createQueue, fixtures, queue } from 'querator-test/node-test'

const references = (items) => items.map((item) => item.reference)

test('an order goes round', async () => {
  await queue.produce({ reference: 'order-1', json: { id: 1 } })
  const lease = await queue.lease()
  assert.deepEqual(lease.items[0].json(), { id: 1 })
  await lease.complete()
  assert.deepEqual(await queue.items(), [])
})

test('an order that nobody finishes is dead after three attempts', async () => {
  const orders = await createQueue({ maxAttempts: 3, deadQueue: true, leaseTimeout: '1m' })
  await orders.produce({ reference: 'order-1', json: { id: 1 } })
  for (let attempt = 1; attempt <= 3; attempt++) {
    await orders.lease({ clientId: 'crashes' })
    await clock.advance('1m')
  }
  assert.deepEqual(await orders.items(), [])
  assert.deepEqual(references(await orders.deadQueue.items()), ['order-1'])
})

describe('at the same time', { concurrency: true }, () => {
  for (const reference of ['order-1', 'order-2', 'order-3']) {
    test(`${reference} is alone in its queue`, async (t) => {
      const { queue } = fixtures(t)
      await queue.produce({ reference })
      assert.deepEqual(references(await queue.items()), [reference])
    })
  }
})
