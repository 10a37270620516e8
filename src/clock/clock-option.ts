/** How a clock starts. */
import { usageError } from '../errors.js'
import type { Instant } from './instant.js'

/**
 * How a clock starts: following the machine, frozen at the machine's time, frozen at a given time, or following the runner's fake
 * timers.
 */
export type ClockOption = 'real' | 'frozen' | 'runner' | { start: Date }

/** The time at which a clock starts. @throws QueratorError when the option is none of those documented */
export function startTime(option: Exclude<ClockOption, string>): Instant {
  const start = typeof option === 'object' && option !== null ? Number(option.start) : Number.NaN
  if (!Number.isFinite(start)) {
    throw usageError("the option clock is 'real', 'frozen', 'runner' or { start: new Date(…) }")
  }
  return Math.floor(start)
}
