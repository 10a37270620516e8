/** Points in time to the nanosecond. */
import type { Timeout } from './duration.js'
import { hasParts, type Instant, nanosOf, PARTS } from './instant.js'

/**
 * A point in time to the nanosecond: `early` nanoseconds before `at`, the first instant that is not before it. The clock has reached
 * the point exactly when it has reached `at`. Each point in time has only one form.
 */
export interface ExactInstant {
  readonly at: Instant
  readonly early: number
}

/** Returns the point in time `nanos` nanoseconds, 0 to 999,999, after a whole millisecond. */
export function exactInstant(ms: number, nanos: number): ExactInstant {
  if (nanos === 0) return { at: ms, early: 0 }
  if (!hasParts(ms)) return { at: ms + 1, early: 1_000_000 - nanos }
  // The first part whose nanoseconds, rounded up, are at least `nanos`.
  const part = (Math.floor(((nanos - 1) * PARTS) / 1_000_000) + 1) / PARTS
  return { at: ms + part, early: (part === 1 ? 1_000_000 : nanosOf(part)) - nanos }
}

/** Returns the end of a timeout that starts at an instant. */
export function endOf(start: Instant, timeout: Timeout): ExactInstant {
  const at = start + timeout.ms
  if (timeout.early === 0 && hasParts(at)) return { at, early: 0 }
  const ms = Math.floor(start) + timeout.ms
  const nanos = nanosOf(start) - timeout.early
  return nanos < 0 ? exactInstant(ms - 1, nanos + 1_000_000) : exactInstant(ms, nanos)
}
