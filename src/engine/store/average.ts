/** The average of instants. */
import { type Instant, nanosOf } from '../../clock/instant.js'

/** The average of many instants. It is updated as they are added and removed, so stats never walk a partition. */
export class AverageInstant {
  #count = 0
  /** Sums are relative to the first instant, with milliseconds and nanoseconds apart. So both are exact. */
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

  /** Returns how far the average is before `now`, in nanoseconds, truncated towards zero. 0 if there are no instants. */
  behind(now: Instant): bigint {
    if (this.#count === 0) return 0n
    const ms = (Math.floor(now) - this.#base) * this.#count - this.#ms
    const nanos = nanosOf(now) * this.#count - this.#nanos
    return (BigInt(ms) * 1_000_000n + BigInt(nanos)) / BigInt(this.#count)
  }
}
