/** Averages of instants. */
import { type Instant, nanosOf } from '../../clock/instant.js'

/** The average of many instants, kept up to date as they come and go, so that stats never walk a partition. */
export class AverageInstant {
  #count = 0
  /** Sums are kept relative to the first instant, and milliseconds apart from nanoseconds: so both are exact. */
  #base = 0
  #ms = 0
  #nanos = 0

  get count(): number {
    return this.#count
  }

  add(at: Instant, early: number): void {
    const ms = Math.floor(at)
    if (this.#count === 0) {
      this.#base = ms
      this.#ms = 0
      this.#nanos = 0
    }
    this.#count++
    this.#ms += ms - this.#base
    this.#nanos += nanosOf(at) - early
  }

  remove(at: Instant, early: number): void {
    const ms = Math.floor(at)
    this.#count--
    this.#ms -= ms - this.#base
    this.#nanos -= nanosOf(at) - early
  }

  /** How far the average lies before `now`, in nanoseconds, cut towards zero; 0 for no instants. */
  behind(now: Instant): bigint {
    if (this.#count === 0) return 0n
    const ms = (Math.floor(now) - this.#base) * this.#count - this.#ms
    const nanos = nanosOf(now) * this.#count - this.#nanos
    return (BigInt(ms) * 1_000_000n + BigInt(nanos)) / BigInt(this.#count)
  }
}
