/** The record of events. */
import type { Instant } from '../../clock/instant.js'
import {
  type Address,
  BY_CLOCK,
  type Cause,
  type Consumer,
  KIND,
  type NotedItem,
  type RecordedEvent,
  type Refusal,
} from './event-kinds.js'
import { EventRows } from './event-rows.js'
import { type Fired, FiredList } from './fired.js'

/** A refused call is compared with this many before it, because several workers may be refused in turns. */
const MOST_COMPARED = 16

/**
 * The one stream of events of a daemon: what happens to items, leases and queues, in order. Only the latest are kept. A move of the
 * clock collects its list from the same stream.
 */
export class EventRecord {
  /** The cause of what is happening now. The engine is synchronous, so there is only one. */
  cause: Cause = BY_CLOCK
  readonly #rows: EventRows | undefined
  readonly #watchers = new Set<() => void>()
  /** Where what fires goes as well, while the clock is moved. */
  #fired: FiredList | undefined
  #lastItem = 0
  #told = true
  #fence = 0
  #refusedCalls = 0
  #refusedEvents = 0
  #lastRefused = 0
  #ended = false

  /** `most`: how many events are kept. 0 keeps none. */
  constructor(most: number) {
    this.#rows = most === 0 ? undefined : new EventRows(most)
  }

  /** How many events there were. */
  get count(): number {
    return this.#rows?.count ?? 0
  }

  /** The number of the first event that is still kept. */
  get first(): number {
    return this.#rows?.first ?? 1
  }

  /** Notes an event of an item. */
  item(kind: number, time: Instant, address: Address, item: NotedItem, until = Number.NaN, deadQueue?: Address): void {
    this.#fired?.item(kind, time, address, item, deadQueue)
    if (this.#rows === undefined) return
    if (item.serial === 0) item.serial = ++this.#lastItem
    const row = this.#rows.addItem(kind, time, address, item, this.cause)
    this.#rows.setOutcome(row, until, deadQueue)
    this.#tell()
  }

  /** Notes an event of a queue, or of a lease that waits. */
  queue(kind: number, time: Instant, address: Address, consumer?: Consumer, until = Number.NaN): void {
    this.#fired?.lease(kind, time, address, consumer)
    if (this.#rows === undefined) return
    const row = this.#rows.addQueue(kind, time, address, consumer, this.cause)
    this.#rows.setOutcome(row, until, undefined)
    this.#tell()
  }

  /** Notes a call that was refused, or that the same one was refused again when nothing else happened since. */
  refused(cause: Cause, address: Address, refusal: Refusal): void {
    if (this.#rows === undefined) return
    const same = this.#sameRefusal(this.#rows, cause, address, refusal)
    this.#refusedCalls += refusal.times
    if (same === undefined) {
      this.#refusedEvents++
      const row = this.#rows.addQueue(KIND.refused, refusal.lastTime, address, undefined, cause)
      this.#rows.setOutcome(row, Number.NaN, undefined)
      this.#rows.setRefusal(row, refusal)
      this.#lastRefused = this.count
    } else {
      same.times += refusal.times
      same.lastTime = refusal.lastTime
      same.lastPassed = refusal.lastPassed
    }
    this.#tell()
  }

  /** How many calls were refused. */
  get refusedCalls(): number {
    return this.#refusedCalls
  }

  /** How many events are about them. */
  get refusedEvents(): number {
    return this.#refusedEvents
  }

  /** Whether a call was refused since the event of this number. */
  refusedSince(first: number): boolean {
    return this.#lastRefused >= first
  }

  /** A test begins: from here on a refused call is a new event, even if the one before was refused alike. */
  fence(): void {
    this.#fence = this.count
  }

  /** Returns what fires while `fire` runs, in the order of the deadlines, however many events are kept. */
  collect(fire: () => void): Fired[] {
    const fired = new FiredList()
    this.#fired = fired
    try {
      fire()
    } finally {
      this.#fired = undefined
    }
    return fired.sorted()
  }

  /** Carries something out that `cause` makes happen. */
  during<T>(cause: Cause, work: () => T): T {
    const before = this.cause
    this.cause = cause
    try {
      return work()
    } finally {
      this.cause = before
    }
  }

  /** The event with this number. @throws RangeError when it is not kept */
  at(number: number): RecordedEvent {
    if (this.#rows === undefined) throw new RangeError(`there is no event ${number}`)
    return this.#rows.at(number)
  }

  /** Whether the daemon is closed, so that no further event comes. */
  get ended(): boolean {
    return this.#ended
  }

  /** Resolves when there are further events, or no more. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.watch(() => {
        stop()
        resolve()
      })
      if (this.#ended) this.#tell()
    })
  }

  /** The daemon is closed: no further event comes. */
  end(): void {
    this.#ended = true
    this.#tell()
  }

  /** Calls `watcher` after events, once what made them happen is done. Returns a function that stops this. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  #sameRefusal(rows: EventRows, cause: Cause, address: Address, refusal: Refusal): Refusal | undefined {
    const first = Math.max(rows.first, this.#fence + 1, rows.count - MOST_COMPARED + 1)
    for (let number = rows.count; number >= first; number--) {
      const known = rows.refusalAt(number)
      if (known === undefined) return undefined
      const isSame =
        known.cause.call === cause.call &&
        known.address.queue === address.queue &&
        known.refusal.code === refusal.code &&
        known.refusal.message === refusal.message &&
        sameClient(known.refusal.clientId, refusal.clientId)
      if (isSame) return known.refusal
    }
    return undefined
  }

  #tell(): void {
    if (!this.#told || (this.#watchers.size === 0 && !this.#ended)) return
    this.#told = false
    void Promise.resolve().then(() => {
      this.#told = true
      for (const watcher of [...this.#watchers]) watcher()
    })
  }
}

/** Names that are made up anew for each call tell nobody apart. */
const MADE_UP = /^client-\d+$/

function sameClient(a: string, b: string): boolean {
  return a === b || (MADE_UP.test(a) && MADE_UP.test(b))
}
