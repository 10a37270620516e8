/**
 * Lets the event loop turn in the middle of in-memory work. Promises settle without a turn, so a loop of in-memory calls would stop
 * every timer of the process from firing, including the timeout of its own test.
 */
import { nextTurn, passedNow, wakeAfter } from './real-time.js'

/** Replies go out for this long before one of them lets the event loop turn, in milliseconds. */
const LONGEST_STRETCH = 5
/** A loop that outlives its daemon gets this many replies at full speed, and one that outlives its tests this many turns. */
const FAST_ANSWERS = 200
const FAST_TURNS = 20
/** After that, each answer takes this long, in milliseconds. */
const SLOW_ANSWER = 10

// The event loop belongs to the thread. Copies of this module only turn it more often than they need to.
let stretchBegan = passedNow()
let turn: Promise<void> | undefined
let brake: Brake | undefined

/** Slows down a loop that goes on after its daemon or its tests, so that it does not keep the process alive. */
export class Brake {
  #left: number

  /** `fast`: how often it holds nothing back, because the loop may be ending by itself. */
  constructor(fast: number = FAST_ANSWERS) {
    this.#left = fast
  }

  /** What the next answer waits for; undefined for nothing. */
  hold(): Promise<void> | undefined {
    if (this.#left-- > 0) return undefined
    return new Promise((resolve) => wakeAfter(SLOW_ANSWER, resolve))
  }
}

/**
 * What a reply waits for if the event loop has not turned for some milliseconds, else undefined. All replies before that turn wait
 * for the same promise, so they keep their order.
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

/** Settles as `work` does, after the event loop has turned where that is due. */
export async function paced<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } finally {
    const due = turnDue()
    if (due !== undefined) await due
  }
}

/** The tests of this copy of the package are over: a loop that still runs no longer keeps the process alive. */
export function brakeFromNowOn(): void {
  brake ??= new Brake(FAST_TURNS)
}
