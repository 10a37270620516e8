/** Points in time as text, to the nanosecond: `2026-01-01T00:00:00.123456789Z`. */
import { type ExactInstant, exactInstant } from '../../clock/exact-instant.js'
import { type Instant, nanosOf } from '../../clock/instant.js'

const TEXT = /^((?:\d{4}|[+-]\d{6})-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/

/** Returns the text of a point in time. */
export function timeText(instant: Instant | ExactInstant): string {
  const { at, early } = typeof instant === 'number' ? { at: instant, early: 0 } : instant
  let ms = Math.floor(at)
  let nanos = nanosOf(at) - early
  if (nanos < 0) [ms, nanos] = [ms - 1, nanos + 1_000_000]
  const whole = new Date(ms).toISOString().slice(0, -1)
  return nanos === 0 ? `${whole}Z` : `${whole}${String(nanos).padStart(6, '0')}Z`
}

/** Returns the point in time of a text. Undefined if it is none. */
export function timeOf(text: string): ExactInstant | undefined {
  const [, seconds = '', fraction = ''] = TEXT.exec(text) ?? []
  const start = new Date(`${seconds}Z`).getTime()
  // February 30 is not March 2.
  if (Number.isNaN(start) || !new Date(start).toISOString().startsWith(seconds)) return undefined
  const digits = fraction.padEnd(9, '0')
  return exactInstant(start + Number(digits.slice(0, 3)), Number(digits.slice(3)))
}
