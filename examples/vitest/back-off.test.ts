/** A worker that sleeps with its own `setTimeout`. The daemon follows Vitest's fake timers, and `advanceUntil` moves both. */
import type { TestQueue } from 'querator-test'
import { expect, testWith } from 'querator-test/vitest'
import { afterEach, beforeEach, vi } from 'vitest'

const test = testWith({ clock: 'runner' })

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** Tries three times, after pauses of 1 and 2 seconds, before it leaves an item to the next lease. */
async function deliver(queue: TestQueue, signal: AbortSignal, send: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    const { items } = await queue.lease({ clientId: 'courier', requestTimeout: '5m', signal })
    for (const item of items) {
      for (let attempt = 1; attempt <= 3; attempt++) {
        const isSent = await send().then(
          () => true,
          () => false,
        )
        if (isSent) await item.complete()
        if (isSent) break
        await new Promise((resolve) => setTimeout(resolve, attempt * 1000))
      }
    }
  }
}

test('a parcel is delivered when the door opens', async ({ clock, daemon, queue }) => {
  const began = Date.now()
  let knocks = 0
  daemon.runWorker((signal) =>
    deliver(queue, signal, async () => {
      if (++knocks < 5) throw new Error('nobody opens')
    }),
  )
  await queue.produce({ reference: 'parcel-1' })
  await clock.advanceUntil({ event: 'completed', reference: 'parcel-1' })
  // Three tries within the first lease of a minute, and two in the second.
  expect(Date.now() - began).toBe(61_000)
})
