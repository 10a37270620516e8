import { test } from 'querator-test/vitest'
import { refundAll } from '../fault-workers.cjs'

test('a worker goes on after a proxy that has no server', async ({ queue, client, daemon }) => {
  queue.fault('lease', { do: { refuse: 503 }, times: 1 })
  await queue.produce({ reference: 'order-1', json: { id: 1 } })
  daemon.runWorker((signal) => refundAll(client, queue.name, async () => {}, signal))
  await queue.waitFor({ event: 'completed', reference: 'order-1' })
})
