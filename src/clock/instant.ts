/**
 * Points in time inside the engine: milliseconds since 1970, as numbers. RFC 3339 and Timestamp stay in protocol.
 *
 * A number holds the present time to a quarter of a microsecond, not to the nanosecond. So an instant is a multiple of 1/1024 ms. Sums
 * with whole milliseconds, differences and comparisons are exact. Far from the present, where a number lacks the precision, an instant
 * is a whole millisecond.
 */

/** Milliseconds since 1970-01-01T00:00:00Z. See the top of this file. */
export type Instant = number

/** Go's zero time, 0001-01-01T00:00:00Z: "not set" on the wire (docs/protocol/queue.md §1). */
export const ZERO_TIME: Instant = -62135596800000

/** The end of the year 9999, the last that RFC 3339 and Timestamp have. */
export const LAST_TIME: Instant = 253402300799999

/** The deadline that is never reached. */
export const NEVER: Instant = Number.POSITIVE_INFINITY

/** The number of instants in a millisecond. */
export const PARTS = 1024

/** At this distance from 1970, in milliseconds, instants become whole: before the year 1691, and after 2248. */
const FAR = 2 ** 43

/** Returns whether instants near this time have fractions of a millisecond. */
export function hasParts(ms: number): boolean {
  return ms >= -FAR && ms < FAR
}

/** Returns the first instant that is not before a time. */
export function instantAt(ms: number): Instant {
  return hasParts(ms) ? Math.ceil(ms * PARTS) / PARTS : Math.ceil(ms)
}

/**
 * Returns how many nanoseconds of its millisecond have passed at an instant: 0 to 999,999. Rounded up, so that an instant is not
 * before the time that it stands for.
 */
export function nanosOf(instant: Instant): number {
  return Math.ceil((instant - Math.floor(instant)) * 1_000_000)
}
