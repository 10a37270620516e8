const { client, daemon, queue } = require('querator-test/jest')
const { mailAll } = require('../fault-workers.cjs')

test('a call without a reply does not stop the worker', async () => {
  await queue.produce(...[1, 2].map((id) => ({ reference: `order-${id}`, json: { id } })))
  queue.fault('complete', { do: 'hang', times: 1 })
  daemon.runWorker((signal) => mailAll(client, queue.name, async () => {}, signal))
  await queue.waitFor({ event: 'completed', reference: 'order-2', within: '1s' })
})
