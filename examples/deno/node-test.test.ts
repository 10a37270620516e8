import assert from 'node:assert/strict'
import { test } from 'node:test'
import { queue } from 'querator-test/node-test'

test('an order goes round, in node:test', async () => {
  await queue.produce({ reference: 'order-1', json: { id: 1 } })
  const lease = await queue.lease()
  assert.deepEqual(lease.items[0]?.json(), { id: 1 })
  await lease.complete()
})
