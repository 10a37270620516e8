/**
 * Gives up connections whose clients stop halfway. Time is counted in looks at them, not read from a clock: a process that is busy or
 * stopped in a debugger does not look, and gives nobody up for it.
 */
import { wakeAfter as realWakeAfter } from '../../clock/real-time.js'
import type { TimeSource } from '../../clock/time-source.js'

/** What a connection may wait for its client to do: finish a head, go on with a body, read what was sent, hang up. */
export type Debt = 'head' | 'body' | 'read' | 'close'

/** For how long, in milliseconds. nginx gives the first three a minute, Go's server gives the last half a second. */
const LIMITS: Record<Debt, number> = { head: 60_000, body: 60_000, read: 60_000, close: 500 }
/** The time between two looks, in milliseconds. */
const LOOK = 250

/** A connection. */
export interface Watched {
  /** What its client owes; undefined for nothing. A client without a request owes nothing. */
  readonly debt: Debt | undefined
  /** Another number whenever the client has done some of it. */
  readonly moves: number
  /** The client has not done it in time. */
  giveUp(debt: Debt): void
}

interface Seen {
  debt: Debt | undefined
  moves: number
  looks: number
}

/** Looks after the connections of one server, with one timer while a client owes something. */
export class Watch {
  readonly #wakeAfter: TimeSource['wakeAfter']
  readonly #watched = new Map<Watched, Seen>()

  constructor(wakeAfter: TimeSource['wakeAfter'] = realWakeAfter) {
    this.#wakeAfter = wakeAfter
  }

  /** Looks after a connection for as long as its client owes something. */
  add(connection: Watched): void {
    if (this.#watched.has(connection)) return
    if (this.#watched.size === 0) this.#arm()
    this.#watched.set(connection, { debt: undefined, moves: 0, looks: 0 })
  }

  #arm(): void {
    this.#wakeAfter(LOOK, () => this.#look())
  }

  #look(): void {
    for (const [connection, seen] of this.#watched) {
      const { debt, moves } = connection
      if (debt === undefined) this.#watched.delete(connection)
      else if (debt !== seen.debt || moves !== seen.moves) Object.assign(seen, { debt, moves, looks: 0 })
      else if (++seen.looks * LOOK >= LIMITS[debt]) connection.giveUp(debt)
    }
    if (this.#watched.size > 0) this.#arm()
  }
}
