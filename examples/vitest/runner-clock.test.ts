import { expect, testWith } from 'querator-test/vitest'
import { afterEach, beforeEach, vi } from 'vitest'

// The daemon goes with Vitest's fake timers, and with nothing else.
const test = testWith({ clock: 'runner' })

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('a reminder is due when its time has come', async ({ queue }) => {
  await queue.produce({ reference: 'reminder', enqueueAt: new Date(Date.now() + 3_600_000) })
  await vi.advanceTimersByTimeAsync(3_600_000)
  const lease = await queue.lease()
  expect(lease.items[0]?.reference).toBe('reminder')
  await lease.complete()
})
