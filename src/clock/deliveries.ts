/**
 * Tracks replies to clients, so that a move of the clock can wait until they have arrived. A client that does not read is waited for
 * once, and not again until it reads.
 */
import type { Way } from './clock.js'
import { nextTurn } from './real-time.js'
import type { TimeSource } from './time-source.js'

/** The interval between two checks of the pending replies, in milliseconds of real time. */
const LOOK = 200
/** A reply that has not moved for this many checks in a row is no longer waited for. */
const MOST_IDLE = 2
/** After this many checks a reply is no longer waited for, even if it still moves. */
const MOST_LOOKS = 5

/** Tracks pending replies and waits for them. */
export class Deliveries {
  readonly #wakeAfter: TimeSource['wakeAfter']
  /** The open clients. */
  readonly #ways = new Set<ClientWay>()
  readonly #waits = new Set<Wait>()

  constructor(wakeAfter: TimeSource['wakeAfter']) {
    this.#wakeAfter = wakeAfter
  }

  /** Registers a client until it is closed. */
  way(): Way {
    const way = new ClientWay(this.#waits, () => this.#ways.delete(way))
    this.#ways.add(way)
    return way
  }

  /** Resolves when every reply that is pending now has arrived or is no longer waited for. */
  async arrivals(): Promise<void> {
    const wait = new Wait(this.#ways)
    if (wait.isOver) return
    this.#waits.add(wait)
    while (!wait.isOver) {
      await wait.lasting(LOOK, this.#wakeAfter)
      wait.look()
    }
    this.#waits.delete(wait)
    // A reply needs one turn to leave this end of the socket, and one to be read at the other end.
    await nextTurn()
    await nextTurn()
  }
}

/** See {@link Way}. */
class ClientWay implements Way {
  /** Whether waiting for this client timed out. */
  isSlow = false
  /** Changes whenever something happens to a reply. */
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

  /** Whether there is a pending reply to wait for. */
  get isAwaited(): boolean {
    return this.#begun > 0 && !this.isSlow
  }

  /** Whether a reply is waiting for the client to read it. */
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
    // Every reply comes through here, and hardly any is waited for.
    if (this.#waits.size > 0) for (const wait of this.#waits) wait.remove(this)
  }
}

/** One wait for pending replies. */
class Wait {
  /** The clients that are waited for, and their state at the last check. */
  readonly #ways = new Map<ClientWay, { moves: number; looks: number; idle: number }>()
  #end = () => {}

  constructor(ways: Iterable<ClientWay>) {
    for (const way of ways) if (way.isAwaited) this.#ways.set(way, { moves: way.moves, looks: 0, idle: 0 })
  }

  get isOver(): boolean {
    return this.#ways.size === 0
  }

  /** Resolves when the wait is over, or after `ms` milliseconds and one turn, in which a busy process can catch up. */
  async lasting(ms: number, wakeAfter: TimeSource['wakeAfter']): Promise<void> {
    let cancel = () => {}
    await new Promise<void>((resolve) => {
      this.#end = resolve
      // The caller who moved the clock awaits this, so the process must stay alive.
      cancel = wakeAfter(ms, () => void nextTurn().then(resolve), true)
    })
    cancel()
  }

  /** Stops waiting for clients that do not read. A reply that is not made yet is not the client's fault. */
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
