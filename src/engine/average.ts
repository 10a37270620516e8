/** The average of many instants, kept up to date as they come and go, so that stats never walk a partition. */
import type { Instant } from '../clock/instant.js'

/** See the head of this file. */
export class AverageInstant {
  #count = 0
  /** Sums are kept relative to the first instant, where a double is exact. */
  #base: Instant = 0
  #sum = 0
  #early = 0

  get count(): number {
    return this.#count
  }

  add(at: Instant, early: number): void {
    if (this.#count === 0) {
      this.#base = at
      this.#sum = 0
      this.#early = 0
    }
    this.#count++
    this.#sum += at - this.#base
    this.#early += early
  }

  remove(at: Instant, early: number): void {
    this.#count--
    this.#sum -= at - this.#base
    this.#early -= early
  }

  /** How far the average lies behind `now`, in nanoseconds, cut towards zero; 0 when there is nothing. */
  behind(now: Instant): bigint {
    if (this.#count === 0) return 0n
    const total = BigInt(Math.round((now - this.#base) * this.#count - this.#sum)) * 1_000_000n + BigInt(this.#early)
    return total / BigInt(this.#count)
  }
}
