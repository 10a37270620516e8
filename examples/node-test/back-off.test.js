/** A worker that sleeps with its own `setTimeout`. The daemon follows the timers of node:test, and `advanceUntil` moves both. */
import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { clock, configureDaemon, daemon, queue } from 'querator-test/node-test'

configureDaemon({ clock: 'runner' })

test('a parcel is delivered when the door opens', async () => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const { name } = queue
  let knocks = 0
  daemon.runWorker(async (signal) => {
    const { items } = await daemon.queue(name).lease({ signal })
    // Knocks every 15 seconds. The lease lasts a minute.
    while (++knocks < 4) await new Promise((resolve) => setTimeout(resolve, 15_000))
    await items[0].complete()
  })
  await queue.produce({ reference: 'parcel-1' })
  const timers = (ms) => mock.timers.tick(ms)
  await clock.advanceUntil({ event: 'completed', reference: 'parcel-1' }, { timers })
  assert.equal(Date.now(), 45_000)
  mock.timers.reset()
})
