/** Points in time to the nanosecond: an instant that the clock can show, and how long before it they lie. */
import type { Timeout } from './duration.js'
import { hasParts, type Instant, nanosOf, PARTS } from './instant.js'

/**
 * A point in time to the nanosecond: `early` nanoseconds before `at`, which is the first instant that is not before it. So
 * the clock has reached the one when it has reached the other, and each point in time has one form only.
 */
export interface ExactInstant {
  readonly at: Instant
  readonly early: number
}

/** The point in time that lies `nanos` nanoseconds, 0 to 999,999, after a whole millisecond. */
export function exactInstant(ms: number, nanos: number): ExactInstant {
  if (nanos === 0) return { at: ms, early: 0 }
  if (!hasParts(ms)) return { at: ms + 1, early: 1_000_000 - nanos }
  // The first part whose nanoseconds, which are rounded up, are as many or more.
  const part = (Math.floor(((nanos - 1) * PARTS) / 1_000_000) + 1) / PARTS
  return { at: ms + part, early: (part === 1 ? 1_000_000 : nanosOf(part)) - nanos }
}

/** The end of a timeout that starts at an instant. */
export function endOf(start: Instant, timeout: Timeout): ExactInstant {
  const at = start + timeout.ms
  if (timeout.early === 0 && hasParts(at)) return { at, early: 0 }
  const ms = Math.floor(start) + timeout.ms
  const nanos = nanosOf(start) - timeout.early
  return nanos < 0 ? exactInstant(ms - 1, nanos + 1_000_000) : exactInstant(ms, nanos)
}
