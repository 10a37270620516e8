/**
 * Points in time inside the engine: milliseconds since 1970, as numbers. RFC 3339 and Timestamp stay in protocol.
 *
 * Today's time in a number is exact to a quarter of a microsecond, but not to the nanosecond. So an instant is a multiple of
 * 1/1024 ms: sums with whole milliseconds, differences and comparisons are exact. Far from today, where a number has no room for
 * that, it is a whole millisecond.
 */

/** Milliseconds since 1970-01-01T00:00:00Z; see the head of this file. */
export type Instant = number

/** Go's zero time, 0001-01-01T00:00:00Z: "not set" on the wire (docs/protocol/queue.md §1). */
export const ZERO_TIME: Instant = -62135596800000

/** No deadline at all. */
export const NEVER: Instant = Number.POSITIVE_INFINITY

/** How many instants there are in a millisecond. */
export const PARTS = 1024

/** From this distance to 1970 on, in milliseconds, instants are whole: before the year 1691, and after 2248. */
const FAR = 2 ** 43

/** Whether instants near this time have parts of a millisecond. */
export function hasParts(ms: number): boolean {
  return ms >= -FAR && ms < FAR
}

/** The first instant that is not before a time. */
export function instantAt(ms: number): Instant {
  return hasParts(ms) ? Math.ceil(ms * PARTS) / PARTS : Math.ceil(ms)
}

/**
 * How many nanoseconds of its millisecond have passed at an instant: 0 to 999,999. Rounded up, so that an instant does not
 * lie before the time that it stands for.
 */
export function nanosOf(instant: Instant): number {
  return Math.ceil((instant - Math.floor(instant)) * 1_000_000)
}
