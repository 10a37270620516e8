/** A timer for a deadline that moves. */
import type { Clock, Timer } from '../../clock/clock.js'
import { type Instant, NEVER } from '../../clock/instant.js'

/** One timer that follows a moving deadline. Setting it is cheap: it costs only when the timer changes. */
export class MovingTimer {
  readonly #clock: Clock
  readonly #priority: number
  readonly #passed: () => void
  #at: Instant = NEVER
  /** When the timer fires. Never after the deadline. */
  #ringsAt: Instant = NEVER
  #timer: Timer | undefined

  /** Calls `passed` whenever the deadline is reached. `priority` is as in {@link Clock.setTimer}. */
  constructor(clock: Clock, priority: number, passed: () => void) {
    this.#clock = clock
    this.#priority = priority
    this.#passed = passed
  }

  /** Moves the deadline. `Infinity` means none. */
  set(at: Instant): void {
    this.#at = at
    // A timer that fires early is set again then. Most deadlines move away long before they are reached.
    if (at < this.#ringsAt) this.#arm()
  }

  /** Removes the deadline. */
  cancel(): void {
    this.#at = NEVER
    this.#timer?.cancel()
    this.#timer = undefined
    this.#ringsAt = NEVER
  }

  #arm(): void {
    this.#timer?.cancel()
    this.#ringsAt = this.#at
    this.#timer = this.#clock.setTimer(this.#at, () => this.#ring(), this.#priority)
  }

  #ring(): void {
    const early = this.#ringsAt < this.#at
    this.#timer = undefined
    this.#ringsAt = NEVER
    if (early) {
      // Also if the deadline has passed in the meantime: what was due before it goes first.
      if (this.#at !== NEVER) this.#arm()
      return
    }
    this.#at = NEVER
    this.#passed()
  }
}
