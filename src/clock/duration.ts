/**
 * Durations in Go's form: `1h30m0s`, `1.5s`, `300ms` (docs/protocol/queue.md §9, admin.md §9.1). Reading them: parse-duration.ts.
 *
 * Exact to the nanosecond, as `bigint`; {@link Timeout} is the same length made ready for adding to an instant.
 */

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
