/** `clock.advanceUntil()` gives up early if consumers only lease and get nothing, and goes on while something else may happen. */
import { expect, test } from 'vitest'
import type { TestDaemon, TestQueue } from '../../src/index.js'
import { consume, frozen, HOUR, linesOf, MINUTE, START } from '../support/workers.js'

/** Longer than any wait here takes, so that only an early end passes. */
const PATIENCE = 60_000
/** Longer than a process must be still, in milliseconds. */
const LATER = 1500

test('gives up on an item that is gone, though its consumer asks again for ever', { timeout: PATIENCE }, async () => {
  await using daemon = await frozen()
  const queue = await daemon.createQueue({ name: 'orders' })
  await queue.produce({ reference: 'a' })
  await using _worker = daemon.runWorker((signal) => consume(queue, signal))
  const never = daemon.clock.advanceUntil({ event: 'dead-lettered', reference: 'a' }, { within: PATIENCE })
  expect(await linesOf(never)).toEqual([
    "nothing is due except leases that get nothing, but still waiting for 'a' to be dead-lettered",
    'nearest events:',
    '  a (#1): produced',
    '  a (#1): leased by worker for 1m0s, attempt 1',
    '  a (#1): completed by worker, attempt 1',
    'still due:',
    "  in 30s: the lease of worker that waits in 'orders' times out",
  ])
  // Twenty leases of half a minute get nothing before they are skipped.
  expect(daemon.clock.now()).toBe(START + 10 * MINUTE)
})

/** What may still bring the item, and does in the end; and how far the clock is then, if that is certain. */
const MAY: [string, (daemon: TestDaemon, queue: TestQueue) => unknown, number?][] = [
  [
    'a call that a fault delays',
    (daemon, queue) => {
      daemon.fault({ call: 'queue.produce', do: { delay: '2h' } })
      void queue.produce({ reference: 'a' })
    },
    2 * HOUR,
  ],
  [
    'a consumer whose first lease times out later',
    async (daemon, queue) => {
      const other = await daemon.createQueue()
      const lease = other.lease({ clientId: 'patient', requestTimeout: '15m' })
      void lease.catch(() => queue.produce({ reference: 'a' }))
    },
    15 * MINUTE,
  ],
  ['a timer of the test', (_, queue) => setTimeout(() => void queue.produce({ reference: 'a' }), LATER)],
  [
    'another process, over the port',
    async (daemon, queue) => {
      await daemon.listen()
      // Unref'd, because timers of another process are not visible here.
      setTimeout(() => void queue.produce({ reference: 'a' }), LATER).unref()
    },
  ],
]

test.each(MAY)(
  'goes on for %s, though a consumer leases and gets nothing',
  { timeout: PATIENCE },
  async (_, begin, after) => {
    await using daemon = await frozen()
    const queue = await daemon.createQueue()
    await using _worker = daemon.runWorker((signal) => consume(queue, signal))
    await begin(daemon, queue)
    await daemon.clock.advanceUntil({ event: 'completed', reference: 'a' }, { within: PATIENCE, settle: 20 })
    if (after !== undefined) expect(daemon.clock.now()).toBe(START + after)
  },
)
