/** Converts between wire timestamps and the instants of the engine. */
import { type ExactInstant, exactInstant } from '../clock/exact-instant.js'
import { type Instant, nanosOf, ZERO_TIME } from '../clock/instant.js'
import type { Timestamp, TimestampInit } from './messages/message.js'

/** The first second that RFC 3339 can represent, in the year 0001. In seconds since 1970. */
export const FIRST_SECOND = ZERO_TIME / 1000
/** The last second that it can represent, in the year 9999. */
export const LAST_SECOND = 253_402_300_799
/** The largest distance of a Date from 1970, in seconds. */
const FURTHEST = 8_640_000_000_000

/** Returns whether RFC 3339 can represent a timestamp. */
export function isShowable({ seconds, nanos }: Timestamp): boolean {
  return seconds >= FIRST_SECOND && seconds <= LAST_SECOND && nanos >= 0 && nanos <= 999_999_999
}

/**
 * Returns the exact instant of a timestamp, as the server reads it. Nanoseconds outside of the second carry over, in both directions.
 * A time outside of the range of a Date is limited to that range.
 */
export function instantOf(timestamp: Timestamp): ExactInstant {
  const carried = Math.floor(timestamp.nanos / 1e9)
  const seconds = Number(timestamp.seconds) + carried
  if (seconds < -FURTHEST) return { at: -FURTHEST * 1000, early: 0 }
  if (seconds >= FURTHEST) return { at: FURTHEST * 1000, early: 0 }
  const nanos = timestamp.nanos - carried * 1e9
  const ms = Math.floor(nanos / 1e6)
  return exactInstant(seconds * 1000 + ms, nanos - ms * 1e6)
}

/** Returns the timestamp of an instant minus `early` nanoseconds. */
export function timestampOf(at: Instant, early = 0): Timestamp {
  const ms = Math.floor(at)
  let seconds = Math.floor(ms / 1000)
  let nanos = (ms - seconds * 1000) * 1_000_000 + nanosOf(at) - early
  if (nanos < 0) {
    seconds--
    nanos += 1_000_000_000
  }
  return { seconds: BigInt(seconds), nanos }
}

/** Returns the Date of a timestamp, truncated to milliseconds. */
export function dateOf({ seconds, nanos }: Timestamp): Date {
  return new Date(Number(seconds) * 1000 + Math.floor(nanos / 1e6))
}

/** Returns a caller's time as an exact timestamp. */
export function exactTimestamp(given: TimestampInit): Timestamp {
  if ('getTime' in given) return timestampOf(given.getTime())
  return { seconds: BigInt(given.seconds), nanos: given.nanos ?? 0 }
}
