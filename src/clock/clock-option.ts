/** How a clock starts. */
import { inspect } from 'node:util'
import { usageError } from '../errors.js'
import type { Instant } from './instant.js'

/**
 * How the daemon's clock starts:
 *
 * - `'real'` follows the machine's clock
 * - `'frozen'` stands still at the machine's time
 * - `{ start: new Date('2026-01-01') }` stands still at that time
 * - `'runner'` follows the test's `Date` and `setTimeout`, so that the runner's fake timers move the daemon
 *
 * You can move, freeze and resume the first three later. Only fake timers move `'runner'`.
 */
export type ClockOption =
  | 'real'
  | 'frozen'
  | 'runner'
  | {
      /** The time at which the clock stands: a date, or as `new Date()` takes it. It is cut to whole milliseconds. */
      start: Date | string | number
    }

/** How a clock starts that goes on from where another one stood. */
export interface FromThere {
  readonly start: Instant
  /** Whether it goes on from there, and does not stand still. */
  readonly runs: boolean
}

/** The time at which a clock starts. @throws QueratorError when the option is none of those documented */
export function startTime(option: Exclude<ClockOption, string>): Instant {
  const given: unknown = typeof option === 'object' && option !== null ? option.start : undefined
  const isTime = ['string', 'number'].includes(typeof given) || (typeof given === 'object' && given !== null)
  const start = isTime ? new Date(given as Date).getTime() : Number.NaN
  if (!Number.isFinite(start)) {
    throw usageError(`the option clock is 'real', 'frozen', 'runner' or { start: new Date(…) }; got ${inspect(option)}`)
  }
  return Math.floor(start)
}
