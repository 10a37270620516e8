/**
 * The time of the machine's clock, finer than `Date`: milliseconds come from `Date`, and fractions from a counter, which nobody can set
 * and which stands still while the machine sleeps.
 *
 * - It never returns a time before one that was read earlier from `Date`, or from `performance.timeOrigin + performance.now()`.
 * - `Date` never shows a time before one that was returned here.
 * - When `Date` and the counter part, because the machine's clock was set or the machine slept, they are compared anew. So this time
 *   goes back when the machine's clock does.
 */
import { type Instant, instantAt, PARTS } from './instant.js'

/** What the machine tells, in milliseconds. */
export interface MachineClock {
  /** Since 1970, whole: `Date.now`. */
  date(): number
  /** Since some moment, with fractions: `performance.now`. */
  passed(): number
  /** That moment, since 1970: `performance.timeOrigin`. */
  readonly origin: number
}

/** Node reads the origin in two steps, which are some microseconds apart; by more than this it is another time. */
const LONGEST_GAP = 1 / 64
/** How often `Date` is looked at until it goes on: for more than a millisecond. */
const MOST_LOOKS = 40_000
/** The last instant of a millisecond. */
const LAST = 1 - 1 / PARTS

/** Reads the machine's time with its fractions of a millisecond. */
export class MachineTime {
  readonly #clock: MachineClock
  /** The origin in whole milliseconds, and the rest: one number for both would be too coarse. */
  readonly #whole: number
  #rest: number

  constructor(clock: MachineClock) {
    this.#clock = clock
    this.#whole = Math.floor(clock.origin)
    this.#rest = clock.origin - this.#whole
  }

  /** The time, as an instant. */
  now(): Instant {
    const passed = this.#clock.passed()
    const date = this.#clock.date()
    const part = this.#part(date, passed)
    return part >= 0 && part <= LAST ? date + instantAt(part) : this.#compare(date, part)
  }

  /** How far into the millisecond `date` the time is by the counter. */
  #part(date: number, passed: number): number {
    return this.#whole - date + (this.#rest + passed)
  }

  /** The time around the turn of a millisecond, and where the two have parted. */
  #compare(date: number, part: number): Instant {
    if (part < 0) {
      // The counter was read first, so a difference must still be there when it is read again.
      const behind = -this.#part(date, this.#clock.passed())
      if (behind <= 0) return date
      if (behind < 1) {
        this.#rest += behind
        return date
      }
    } else if (part < 1 + LONGEST_GAP && this.#turned(date + 1)) return date + instantAt(part)
    return this.#begin()
  }

  /** Compares the counter with `Date` anew, when that turns. */
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
