/**
 * Closes connections whose clients stop halfway. It counts its checks instead of reading a clock. A process that is busy or stopped in
 * a debugger makes no checks, so it closes none.
 */
import { wakeAfter as realWakeAfter } from '../../clock/real-time.js'
import type { TimeSource } from '../../clock/time-source.js'

/** What a connection waits for its client to do: finish a head, continue a body, read a reply, or hang up. */
export type Debt = 'head' | 'body' | 'read' | 'close'

/** The timeouts in milliseconds. nginx uses a minute for the first three, and Go's server half a second for the last. */
const LIMITS: Record<Debt, number> = { head: 60_000, body: 60_000, read: 60_000, close: 500 }
/** The interval between two checks, in milliseconds. */
const LOOK = 250

/** A connection to watch. */
export interface Watched {
  /** What its client has to do. `undefined` for nothing, as for a client without a request. */
  readonly debt: Debt | undefined
  /** Changes whenever the client has done part of it. */
  readonly moves: number
  /** Called when the client has not done it in time. */
  giveUp(debt: Debt): void
}

interface Seen {
  debt: Debt | undefined
  moves: number
  looks: number
}

/** Watches the connections of one server, with one timer while a client has something to do. */
export class Watch {
  readonly #wakeAfter: TimeSource['wakeAfter']
  readonly #watched = new Map<Watched, Seen>()

  constructor(wakeAfter: TimeSource['wakeAfter'] = realWakeAfter) {
    this.#wakeAfter = wakeAfter
  }

  /** Watches a connection while its client has something to do. */
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
