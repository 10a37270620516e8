/**
 * The machine's time, finer than `Date`. Milliseconds come from `Date`. Fractions come from a counter that nobody can set, and that
 * stands still while the machine sleeps.
 *
 * - It never returns a time before an earlier reading of `Date`, or of `performance.timeOrigin + performance.now()`.
 * - `Date` never shows a time before one that was returned here.
 * - When `Date` and the counter diverge, because the machine's clock was set or the machine slept, they are synchronized again. So
 *   this time goes back when the machine's clock does.
 */
import { type Instant, instantAt, PARTS } from './instant.js'

/** The clocks of the machine, in milliseconds. */
export interface MachineClock {
  /** Whole milliseconds since 1970: `Date.now`. */
  date(): number
  /** Milliseconds since the origin, with fractions: `performance.now`. */
  passed(): number
  /** The origin, in milliseconds since 1970: `performance.timeOrigin`. */
  readonly origin: number
}

/** Node reads the origin in two steps, some microseconds apart. A larger gap means that the clock was set. */
const LONGEST_GAP = 1 / 64
/** How often `Date` is read while waiting for it to change. This takes more than a millisecond. */
const MOST_LOOKS = 40_000
/** The last instant of a millisecond. */
const LAST = 1 - 1 / PARTS

/** Reads the machine's time with fractions of a millisecond. */
export class MachineTime {
  readonly #clock: MachineClock
  /** The origin in whole milliseconds, and its fraction. One number for both would be too coarse. */
  readonly #whole: number
  #rest: number

  constructor(clock: MachineClock) {
    this.#clock = clock
    this.#whole = Math.floor(clock.origin)
    this.#rest = clock.origin - this.#whole
  }

  /** Returns the current time. */
  now(): Instant {
    const passed = this.#clock.passed()
    const date = this.#clock.date()
    const part = this.#part(date, passed)
    return part >= 0 && part <= LAST ? date + instantAt(part) : this.#compare(date, part)
  }

  /** Returns how far into the millisecond `date` the counter is. */
  #part(date: number, passed: number): number {
    return this.#whole - date + (this.#rest + passed)
  }

  /** Returns the time when a millisecond is about to turn, or when `Date` and the counter have diverged. */
  #compare(date: number, part: number): Instant {
    if (part < 0) {
      // The counter was read first. The difference must still be there when it is read again.
      const behind = -this.#part(date, this.#clock.passed())
      if (behind <= 0) return date
      if (behind < 1) {
        this.#rest += behind
        return date
      }
    } else if (part < 1 + LONGEST_GAP && this.#turned(date + 1)) return date + instantAt(part)
    return this.#begin()
  }

  /** Synchronizes the counter with `Date` when that turns. */
  #begin(): Instant {
    this.#turned(this.#clock.date() + 1)
    const date = this.#clock.date()
    this.#rest = date - this.#whole - this.#clock.passed()
    return date
  }

  /** Waits until `Date` turns to the next millisecond. Returns false if it does not. */
  #turned(date: number): boolean {
    for (let looks = 0; looks < MOST_LOOKS; looks++) if (this.#clock.date() >= date) return true
    return false
  }
}
