/** An order that fails twice, without any test runner: `node orders.js` */
import assert from 'node:assert/strict'
import { startTestDaemon } from 'querator-test'

const daemon = await startTestDaemon()
const orders = await daemon.createQueue({ name: 'orders', leaseTimeout: '1m', maxAttempts: 2, deadQueue: true })

await orders.produce({ reference: 'order-1', kind: 'order', json: { id: 1 } })

const lease = await orders.lease({ batchSize: 10, clientId: 'worker-1' })
console.log(`worker-1 leased ${lease.items[0].reference}:`, lease.items[0].json())
await lease.retry()
console.log('it failed, and was given back')

await orders.lease({ clientId: 'worker-2' })
console.log('worker-2 leased it and crashed')

const fired = await daemon.clock.advance('61s')
console.log(
  '61 seconds later:',
  fired.map(({ kind, reference, deadQueue }) => `${reference} ${kind} to ${deadQueue}`),
)

assert.deepEqual(await orders.items(), [])
assert.deepEqual(
  (await orders.deadQueue.items()).map((item) => item.reference),
  ['order-1'],
)
// No close: forgetting it is harmless.
