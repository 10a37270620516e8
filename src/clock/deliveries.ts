/**
 * Replies on their way to clients, so that a move of the clock can wait until they have arrived. A client that does not read is waited
 * for once, and not again until it reads.
 */
import type { Way } from './clock.js'
import { nextTurn } from './real-time.js'
import type { TimeSource } from './time-source.js'

/** The time between two looks at replies on their way, in milliseconds of real time. */
const LOOK = 200
/** A reply of which nothing has left for this many looks in a row is given up. */
const MOST_IDLE = 2
/** After this many looks a reply is given up, even if some of it still leaves. */
const MOST_LOOKS = 5

/** Knows which replies are on their way, and waits for them. */
export class Deliveries {
  readonly #wakeAfter: TimeSource['wakeAfter']
  /** The ways to all clients there are. */
  readonly #ways = new Set<ClientWay>()
  readonly #waits = new Set<Wait>()

  constructor(wakeAfter: TimeSource['wakeAfter']) {
    this.#wakeAfter = wakeAfter
  }

  /** The way to one more client, until it is closed. */
  way(): Way {
    const way = new ClientWay(this.#waits, () => this.#ways.delete(way))
    this.#ways.add(way)
    return way
  }

  /** Resolves when every reply that is on its way now has arrived or is given up. */
  async arrivals(): Promise<void> {
    const wait = new Wait(this.#ways)
    if (wait.isOver) return
    this.#waits.add(wait)
    while (!wait.isOver) {
      await wait.lasting(LOOK, this.#wakeAfter)
      wait.look()
    }
    this.#waits.delete(wait)
    // Replies need one turn to leave this end of the sockets, and one to be read at the other end.
    await nextTurn()
    await nextTurn()
  }
}

/** See {@link Way}. */
class ClientWay implements Way {
  /** Whether waiting for its client timed out. */
  isSlow = false
  /** Another number whenever something happens on it. */
  moves = 0
  readonly #waits: ReadonlySet<Wait>
  readonly #whenClosed: () => void
  #begun = 0
  #leaving = 0
  #isClosed = false

  constructor(waits: ReadonlySet<Wait>, whenClosed: () => void) {
    this.#waits = waits
    this.#whenClosed = whenClosed
  }

  /** Whether a reply is on it that is worth waiting for. */
  get isAwaited(): boolean {
    return this.#begun > 0 && !this.isSlow
  }

  /** Whether it is up to the client that something happens. */
  get isLeaving(): boolean {
    return this.#leaving > 0
  }

  begin(): void {
    if (!this.#isClosed) this.#begun++
  }

  leaves(): void {
    this.#leaving++
    this.moves++
  }

  moved(): void {
    this.moves++
    this.isSlow = false
  }

  end(): void {
    this.#leaving--
    this.moved()
    this.drop()
  }

  drop(): void {
    if (!this.#isClosed && --this.#begun === 0) this.#clear()
  }

  close(): void {
    this.#isClosed = true
    this.#begun = 0
    this.#clear()
    this.#whenClosed()
  }

  #clear(): void {
    this.isSlow = false
    // Every reply passes here, and hardly any is waited for.
    if (this.#waits.size > 0) for (const wait of this.#waits) wait.remove(this)
  }
}

/** One wait for replies. */
class Wait {
  /** Those that are waited for, and how they were at the last look. */
  readonly #ways = new Map<ClientWay, { moves: number; looks: number; idle: number }>()
  #end = () => {}

  constructor(ways: Iterable<ClientWay>) {
    for (const way of ways) if (way.isAwaited) this.#ways.set(way, { moves: way.moves, looks: 0, idle: 0 })
  }

  get isOver(): boolean {
    return this.#ways.size === 0
  }

  /** Resolves when it is over, or after this many milliseconds and a turn, in which a process that was busy catches up. */
  async lasting(ms: number, wakeAfter: TimeSource['wakeAfter']): Promise<void> {
    let cancel = () => {}
    await new Promise<void>((resolve) => {
      this.#end = resolve
      // Whoever moved the clock awaits this: a process with nothing else to do must not end meanwhile.
      cancel = wakeAfter(ms, () => void nextTurn().then(resolve), true)
    })
    cancel()
  }

  /** Gives up those on which nothing happens. Replies that are not made yet are not the client's fault. */
  look(): void {
    for (const [way, seen] of this.#ways) {
      if (!way.isLeaving) continue
      seen.idle = way.moves === seen.moves ? seen.idle + 1 : 0
      seen.moves = way.moves
      if (++seen.looks < MOST_LOOKS && seen.idle < MOST_IDLE) continue
      way.isSlow = true
      this.#ways.delete(way)
    }
  }

  remove(way: ClientWay): void {
    if (this.#ways.delete(way) && this.isOver) this.#end()
  }
}
