/** A worker that sleeps with its own `setTimeout`. The daemon follows Jest's fake timers, and `advanceUntil` moves both. */
const { clock, configureDaemon, daemon, queue } = require('querator-test/jest')

configureDaemon({ clock: 'runner' })

beforeEach(() => {
  jest.useFakeTimers()
})
afterEach(() => {
  jest.useRealTimers()
})

test('a parcel is delivered when the door opens', async () => {
  const began = Date.now()
  let knocks = 0
  const { name } = queue
  daemon.runWorker(async (signal) => {
    const { items } = await daemon.queue(name).lease({ signal })
    // Knocks every 15 seconds. The lease lasts a minute.
    while (++knocks < 4) await new Promise((resolve) => setTimeout(resolve, 15_000))
    await items[0].complete()
  })
  await queue.produce({ reference: 'parcel-1' })
  await clock.advanceUntil({ event: 'completed', reference: 'parcel-1' })
  expect(Date.now() - began).toBe(45_000)
})
