/**
 * Durations in Go's grammar and form: `1h30m`, `1.5s`, `300ms` (contract: queue.md §9, admin.md §9.1).
 *
 * Exact to the nanosecond, as `bigint`; {@link Timeout} is the same length made ready for adding to an instant.
 */
import { TextEncoder } from 'node:util'

const UNITS: Record<string, bigint> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
}
const MOST = 2n ** 63n
const NUMBER = /^([0-9]*)(?:\.([0-9]*))?/
const UNIT = /^[^0-9.]*/

/** A length of time in nanoseconds, or why the text is none. */
export type ParsedDuration = { ns: bigint; problem?: undefined } | { ns?: undefined; problem: string }

/** Reads a duration; answers Go's words when it is none. Never throws. */
export function parseDuration(text: string): ParsedDuration {
  const invalid = { problem: `time: invalid duration ${quote(text)}` }
  const negative = text.startsWith('-')
  let rest = negative || text.startsWith('+') ? text.slice(1) : text
  if (rest === '0') return { ns: 0n }
  if (rest === '') return invalid
  let total = 0n
  while (rest !== '') {
    const [number = '', whole = '', fraction = ''] = NUMBER.exec(rest) ?? []
    if (whole === '' && fraction === '') return invalid
    rest = rest.slice(number.length)
    const unit = UNIT.exec(rest)?.[0] ?? ''
    if (BigInt(whole) > MOST) return invalid
    if (unit === '') return { problem: `time: missing unit in duration ${quote(text)}` }
    const size = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined
    if (size === undefined) return { problem: `time: unknown unit ${quote(unit)} in duration ${quote(text)}` }
    rest = rest.slice(unit.length)
    total += BigInt(whole) * size + partOf(fraction, size)
    if (total > MOST) return invalid
  }
  if (negative) return { ns: -total }
  return total === MOST ? invalid : { ns: total }
}

/** The part of a unit that decimals stand for, cut to whole nanoseconds; digits past the 18th do not count. */
function partOf(fraction: string, size: bigint): bigint {
  const digits = fraction.slice(0, 18)
  return digits === '' ? 0n : (BigInt(digits) * size) / 10n ** BigInt(digits.length)
}

/** Writes nanoseconds as Go does: `1m0s`, `24h0m0s`, `1.5s`, `300ms`, `0s`. */
export function formatDuration(ns: bigint): string {
  if (ns === 0n) return '0s'
  const sign = ns < 0n ? '-' : ''
  const size = ns < 0n ? -ns : ns
  if (size < 1_000n) return `${sign}${size}ns`
  if (size < 1_000_000n) return `${sign}${decimal(size, 1_000n)}µs`
  if (size < 1_000_000_000n) return `${sign}${decimal(size, 1_000_000n)}ms`
  const hours = size / 3_600_000_000_000n
  const minutes = (size / 60_000_000_000n) % 60n
  const seconds = decimal(size % 60_000_000_000n, 1_000_000_000n)
  if (hours > 0n) return `${sign}${hours}h${minutes}m${seconds}s`
  return minutes > 0n ? `${sign}${minutes}m${seconds}s` : `${sign}${seconds}s`
}

function decimal(value: bigint, unit: bigint): string {
  const rest = value % unit
  if (rest === 0n) return `${value / unit}`
  const digits = rest
    .toString()
    .padStart(unit.toString().length - 1, '0')
    .replace(/0+$/, '')
  return `${value / unit}.${digits}`
}

/** Go's quoting in errors: every byte outside printable ASCII becomes `\xNN`. */
export function quote(text: string): string {
  let quoted = ''
  for (const byte of new TextEncoder().encode(text)) {
    const character = String.fromCharCode(byte)
    if (byte < 0x20 || byte >= 0x7f) quoted += `\\x${byte.toString(16).padStart(2, '0')}`
    else quoted += character === '"' || character === '\\' ? `\\${character}` : character
  }
  return `"${quoted}"`
}

/** A length of time, ready for adding to an instant; made once, used for every item. */
export interface Timeout {
  /** Its exact length in nanoseconds. */
  readonly ns: bigint
  /** Its length in milliseconds, rounded up. */
  readonly ms: number
  /** By how many nanoseconds it is shorter than that. */
  readonly early: number
}

/** Makes a {@link Timeout} of nanoseconds. */
export function timeoutOf(ns: bigint): Timeout {
  // BigInt division cuts towards zero, which rounds a negative length up already.
  const ms = ns > 0n ? (ns + 999_999n) / 1_000_000n : ns / 1_000_000n
  return { ns, ms: Number(ms), early: Number(ms * 1_000_000n - ns) }
}
