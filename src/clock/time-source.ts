/** The sources of a clock's time. */
import type { Instant } from './instant.js'

/** The longest delay of a timer, in milliseconds. A longer one would fire at once. */
export const LONGEST_DELAY = 0x7fffffff

/** The source of a clock's time: the machine, or the runner's fake timers. */
export interface TimeSource {
  /** Returns the time, which may go back. */
  now(): Instant
  /**
   * Calls `wake` after `delay` milliseconds or earlier, and returns a function to cancel it. A delay that is too long is shortened, so
   * `wake` must check the time and set a new timer. It keeps the process alive only if `isAwaited` is true.
   */
  wakeAfter(delay: number, wake: () => void, isAwaited?: boolean): () => void
  /**
   * The longest delay after which the time is checked, in milliseconds. Timers count the time that the machine is awake, not what its
   * clock shows.
   */
  readonly longestNap: number
  /** Changes when timers set before belong to a different time and must be set again. */
  readonly era: unknown
}
