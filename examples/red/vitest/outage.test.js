import { test } from 'querator-test/vitest'
import { mailAll } from '../fault-workers.cjs'

test('a worker goes on when the server is back', async ({ queue, client, daemon }) => {
  daemon.runWorker((signal) => mailAll(client, queue.name, async () => {}, signal))
  await queue.waitFor({ event: 'lease-waiting' })
  const outage = daemon.outage()
  await queue.waitFor({ event: 'fault' })
  outage.close()
  await queue.produce({ reference: 'order-1', json: { id: 1 } })
  await queue.waitFor({ event: 'completed', reference: 'order-1' })
})
