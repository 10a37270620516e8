/**
 * Lets replies be made a few at a time: a produce may answer a thousand waiting leases at once, and writing to a
 * thousand sockets in one go would hold up everything else in the process, the user's tests among it.
 */
import { nextTurn } from '../clock/real-time.js'

/** So many replies are made in one turn of the event loop; some milliseconds of work. */
const MOST_IN_A_TURN = 50

/** See the head of this file. Order is kept. */
export class ReplyPace {
  readonly #held: (() => void)[] = []
  #left = MOST_IN_A_TURN
  #turning = false

  /** What a reply waits for before it is made; undefined when it need not wait. */
  turn(): Promise<void> | undefined {
    if (!this.#turning) void this.#turns()
    if (this.#left === 0) return new Promise((resolve) => this.#held.push(resolve))
    this.#left--
    return undefined
  }

  /** Begins turn after turn with a new measure, until none is held any more. */
  async #turns(): Promise<void> {
    this.#turning = true
    do {
      await nextTurn()
      const next = this.#held.splice(0, MOST_IN_A_TURN)
      this.#left = MOST_IN_A_TURN - next.length
      for (const go of next) go()
    } while (this.#held.length > 0)
    this.#turning = false
  }
}
