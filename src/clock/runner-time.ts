/** The time of the code under test as the source of a clock. */
import { LONGEST_DELAY, type TimeSource } from './time-source.js'

/** The globals of the realm in which tests run. */
export type TestRealm = Pick<typeof globalThis, 'Date' | 'setTimeout' | 'clearTimeout'>

/**
 * The time of the code under test. It reads `Date` and `setTimeout` of the realm on each use, so a runner's fake timers
 * (`vi.useFakeTimers`, `jest.useFakeTimers`, `mock.timers.enable`) drive every clock that follows it.
 */
export function runnerTime(realm: TestRealm): TimeSource {
  return {
    now: () => Math.floor(realm.Date.now()),
    wakeAfter(delay, wake) {
      const { clearTimeout } = realm
      const timer = realm.setTimeout(wake, Math.min(Math.max(delay, 0), LONGEST_DELAY))
      // Some fake timers return a number.
      if (typeof timer === 'object') timer.unref()
      return () => clearTimeout(timer)
    },
    // A runner's fake timers follow its fake `Date`.
    longestNap: LONGEST_DELAY,
    get era() {
      return realm.setTimeout
    },
  }
}
