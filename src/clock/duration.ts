/**
 * Durations in Go's form: `1h30m0s`, `1.5s`, `300ms` (docs/protocol/queue.md §9, admin.md §9.1). parse-duration.ts reads them.
 *
 * They are exact to the nanosecond, as `bigint`. A {@link Timeout} is the same length, prepared for adding to an instant.
 */

/** Formats milliseconds, to the nanosecond. See {@link formatDuration}. */
export function formatMilliseconds(ms: number): string {
  const whole = Math.trunc(ms)
  return formatDuration(BigInt(whole) * 1_000_000n + BigInt(Math.round((ms - whole) * 1e6)))
}

/** Formats nanoseconds as Go does: `1m0s`, `24h0m0s`, `1.5s`, `300ms`, `0s`. */
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

/** A length of time, prepared for adding to an instant. It is made once and used for every item. */
export interface Timeout {
  /** The exact length in nanoseconds. */
  readonly ns: bigint
  /** The length in milliseconds, rounded up. */
  readonly ms: number
  /** How many nanoseconds were added by rounding up. */
  readonly early: number
}

/** Returns the {@link Timeout} of this many nanoseconds. */
export function timeoutOf(ns: bigint): Timeout {
  // BigInt division truncates towards zero. That already rounds a negative length up.
  const ms = ns > 0n ? (ns + 999_999n) / 1_000_000n : ns / 1_000_000n
  return { ns, ms: Number(ms), early: Number(ms * 1_000_000n - ns) }
}
