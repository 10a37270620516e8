/** Lengths of time, as they are told. */
import { formatDuration } from '../clock/duration.js'

/** Milliseconds as a duration, such as `1m0s`. */
export function lengthOf(ms: number): string {
  return formatDuration(BigInt(Math.round(ms)) * 1_000_000n)
}

/** `now`, or `in 1m0s`. */
export function inTime(at: number, now: number): string {
  return at <= now ? 'now' : `in ${lengthOf(Math.ceil(at - now))}`
}
