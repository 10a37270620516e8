/**
 * Lets the event loop turn during in-memory work. Promises settle without a turn, so a loop of in-memory calls would keep every timer
 * of the process from firing, including the timeout of its own test.
 */
import { nextTurn, passedNow, wakeAfter } from './real-time.js'

/** How long replies go out before one of them lets the event loop turn, in milliseconds. */
const LONGEST_STRETCH = 5
/** How many replies at full speed a loop gets after its daemon is closed, and how many turns after its tests are over. */
const FAST_ANSWERS = 200
const FAST_TURNS = 20
/** How long each further reply takes, in milliseconds. */
const SLOW_ANSWER = 10

// The event loop belongs to the thread. Several copies of this module only turn it more often than necessary.
let stretchBegan = passedNow()
let turn: Promise<void> | undefined
let brake: Brake | undefined

/** Slows down a loop that runs on after its daemon or its tests, so that it does not keep the process alive. */
export class Brake {
  #left: number

  /** `fast` is how many replies are not delayed, because the loop may be about to end. */
  constructor(fast: number = FAST_ANSWERS) {
    this.#left = fast
  }

  /** Returns a promise for the next reply to await, or `undefined` for no delay. */
  hold(): Promise<void> | undefined {
    if (this.#left-- > 0) return undefined
    return new Promise((resolve) => wakeAfter(SLOW_ANSWER, resolve))
  }
}

/**
 * Returns a promise to await before a reply if the event loop has not turned for some milliseconds, else `undefined`. All replies
 * before that turn await the same promise, so they keep their order.
 */
export function turnDue(): Promise<void> | undefined {
  if (turn === undefined && passedNow() - stretchBegan >= LONGEST_STRETCH) {
    turn = (brake?.hold() ?? nextTurn()).then(() => {
      stretchBegan = passedNow()
      turn = undefined
    })
  }
  return turn
}

/** Settles as `work` does, after a turn of the event loop if one is due. */
export async function paced<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } finally {
    const due = turnDue()
    if (due !== undefined) await due
  }
}

/** Call when the tests of this copy of the package are over. A loop that still runs no longer keeps the process alive. */
export function brakeFromNowOn(): void {
  brake ??= new Brake(FAST_TURNS)
}
