/** The pace of replies. */
import { nextTurn, passedNow } from '../clock/real-time.js'

/** This many replies are made in a row, some milliseconds of work. */
const MOST_IN_A_ROW = 100
/** Replies further apart than this many milliseconds do not count as a row. */
const ROW = 3

/**
 * Makes replies a few at a time, in order. A produce may serve a thousand waiting leases at once, and writing to a thousand sockets in one
 * go would hold up the process, the user's tests included.
 */
export class ReplyPace {
  readonly #held: (() => void)[] = []
  #began = 0
  #count = 0

  /** What a reply waits for before it is made; undefined when it need not wait. */
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

  /** Lets those that are held go, this many in each turn of the event loop. */
  async #letGo(): Promise<void> {
    while (this.#held.length > 0) {
      await nextTurn()
      for (const go of this.#held.slice(0, MOST_IN_A_ROW)) go()
      // Replies that come meanwhile stand behind these.
      this.#held.splice(0, MOST_IN_A_ROW)
    }
  }
}
