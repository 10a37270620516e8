/** One timer that follows a deadline which moves: set it as often as you like, it costs only when it changes. */
import type { Clock, Timer } from '../clock/clock.js'
import { type Instant, NEVER } from '../clock/instant.js'

/** See the head of this file. */
export class Deadline {
  readonly #clock: Clock
  readonly #priority: number
  readonly #passed: () => void
  #at: Instant = NEVER
  #timer: Timer | undefined

  /** Calls `passed` whenever the deadline that is set is reached; `priority` as in {@link Clock.setTimer}. */
  constructor(clock: Clock, priority: number, passed: () => void) {
    this.#clock = clock
    this.#priority = priority
    this.#passed = passed
  }

  /** Moves the deadline; `Infinity` means none. */
  set(at: Instant): void {
    if (at === this.#at) return
    this.cancel()
    if (at === NEVER) return
    this.#at = at
    this.#timer = this.#clock.setTimer(at, () => this.#reached(), this.#priority)
  }

  /** Forgets the deadline. */
  cancel(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#at = NEVER
  }

  #reached(): void {
    this.#timer = undefined
    this.#at = NEVER
    this.#passed()
  }
}
