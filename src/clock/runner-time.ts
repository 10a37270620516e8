/** The time of the code under test as the source of a clock. */
import { LONGEST_DELAY, type TimeSource } from './time-source.js'

/**
 * The time of the code under test. It reads the global `Date` and `setTimeout` on each use, so a runner's fake timers
 * (`vi.useFakeTimers`, `jest.useFakeTimers`, `mock.timers.enable`) drive every clock that follows it.
 */
export const RUNNER_TIME: TimeSource = {
  now: () => Math.floor(globalThis.Date.now()),
  wakeAfter(delay, wake) {
    const { clearTimeout } = globalThis
    const timer = globalThis.setTimeout(wake, Math.min(Math.max(delay, 0), LONGEST_DELAY))
    // Some fake timers return a number.
    if (typeof timer === 'object') timer.unref()
    return () => clearTimeout(timer)
  },
  // A runner's fake timers follow its fake `Date`.
  longestNap: LONGEST_DELAY,
  get era() {
    return globalThis.setTimeout
  },
}
