/** Lengths of time as text. */
import { formatMilliseconds } from '../clock/duration.js'

/** Formats milliseconds as a duration, such as `1m0s`. */
export function lengthOf(ms: number): string {
  return formatMilliseconds(Math.round(ms))
}

/** Returns `now`, or `in 1m0s`. */
export function inTime(at: number, now: number): string {
  return at <= now ? 'now' : `in ${lengthOf(Math.ceil(at - now))}`
}
