/** Helpers for measuring rounds of the same work. */
import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers'

/** Runs `work` and returns how long it took, in milliseconds. */
export async function timed(work: () => unknown): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** The middle value. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** The value below which this share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** Lets pending work finish and collects garbage, so that one measurement does not pay for another. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
  gc?.()
}

/** Watches the event loop. Returns a function that ends the watch and returns the longest turn, in milliseconds. */
export function watchTurns(): () => Promise<number> {
  let longest = 0
  let last = performance.now()
  let watching = true
  const turn = () => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
    if (watching) setImmediate(turn)
  }
  setImmediate(turn)
  return async () => {
    watching = false
    // Include the current turn.
    await new Promise((resolve) => setImmediate(resolve))
    return longest
  }
}

/** The rate of `count` things in `ms` milliseconds, per second. */
export function perSecond(count: number, ms: number): number {
  return (count / ms) * 1000
}

/** Percentiles of single calls, as a note. */
export function percentiles(ms: readonly number[]): string {
  const text = (share: number) => `${(quantile(ms, share) * 1000).toFixed(0)}`
  return `p50 ${text(0.5)} µs, p99 ${text(0.99)} µs, p99.9 ${text(0.999)} µs`
}
