/** Between the Timestamp of the wire and the instants of the engine. */
import { type ExactInstant, exactInstant } from '../clock/exact-instant.js'
import { type Instant, nanosOf, ZERO_TIME } from '../clock/instant.js'
import type { Timestamp, TimestampInit } from './messages/message.js'

/** The first second that RFC 3339 can show, of the year 0001, in seconds since 1970. */
export const FIRST_SECOND = ZERO_TIME / 1000
/** The last one, of the year 9999. */
export const LAST_SECOND = 253_402_300_799
/** How far from 1970 a Date can lie, in seconds. */
const FURTHEST = 8_640_000_000_000

/** Whether RFC 3339 can show it. */
export function isShowable({ seconds, nanos }: Timestamp): boolean {
  return seconds >= FIRST_SECOND && seconds <= LAST_SECOND && nanos >= 0 && nanos <= 999_999_999
}

/**
 * The instant of a Timestamp, exact, as the server reads it: nanoseconds outside of the second count on from it, backwards
 * too. One that lies further off than a Date can becomes the last that does not.
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

/** The Timestamp of an instant, less `early` nanoseconds. */
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

/** The Date of a Timestamp, cut to milliseconds. */
export function dateOf({ seconds, nanos }: Timestamp): Date {
  return new Date(Number(seconds) * 1000 + Math.floor(nanos / 1e6))
}

/** A timestamp as a caller gives it, in its exact form. */
export function exactTimestamp(given: TimestampInit): Timestamp {
  if ('getTime' in given) return timestampOf(given.getTime())
  return { seconds: BigInt(given.seconds), nanos: given.nanos ?? 0 }
}
