/** The pace of replies. */
import { nextTurn, passedNow } from '../clock/real-time.js'

/** How many replies are made in a row. They take some milliseconds. */
const MOST_IN_A_ROW = 100
/** Replies further apart than this many milliseconds are not in the same row. */
const ROW = 3

/**
 * Makes replies a few at a time, in order. A produce may serve a thousand waiting leases at once, and writing to a thousand sockets
 * without a pause would hold up the process, including the user's tests.
 */
export class ReplyPace {
  readonly #held: (() => void)[] = []
  #began = 0
  #count = 0

  /** Returns a promise to await before a reply is made, or `undefined`. */
  turn(): Promise<void> | undefined {
    if (this.#held.length === 0 && !this.#isFull()) return undefined
    return new Promise((resolve) => {
      this.#held.push(resolve)
      if (this.#held.length === 1) void this.#letGo()
    })
  }

  #isFull(): boolean {
    const now = passedNow()
    if (now - this.#began > ROW) {
      this.#began = now
      this.#count = 0
    }
    return ++this.#count > MOST_IN_A_ROW
  }

  /** Releases held replies, {@link MOST_IN_A_ROW} in each turn of the event loop. */
  async #letGo(): Promise<void> {
    while (this.#held.length > 0) {
      await nextTurn()
      for (const go of this.#held.slice(0, MOST_IN_A_ROW)) go()
      // Removed only now, so that new replies queue up behind these.
      this.#held.splice(0, MOST_IN_A_ROW)
    }
  }
}
