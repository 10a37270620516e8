/** Where a clock has its time from. */
import type { Instant } from './instant.js'

/** The longest delay that a timer keeps, in milliseconds; longer ones fire at once. */
export const LONGEST_DELAY = 0x7fffffff

/** Where a clock has its time from: the machine, or the runner's fake timers. */
export interface TimeSource {
  /** The time, which may go back. */
  now(): Instant
  /**
   * Calls `wake` after `delay` milliseconds or earlier, and returns a function to cancel it. A delay that is too long is cut: `wake`
   * must look at the time and arm again. It keeps the process alive only when somebody awaits it, as `isAwaited` says.
   */
  wakeAfter(delay: number, wake: () => void, isAwaited?: boolean): () => void
  /**
   * Timers count the time that the machine is awake, not what its clock shows. So no timer is set for longer than this many
   * milliseconds without a look at the time.
   */
  readonly longestNap: number
  /** Another value means that timers set before belong to another time, and must be set anew. */
  readonly era: unknown
}
