/** The record of events. */
import type { Instant } from '../../clock/instant.js'
import {
  type Address,
  BY_CLOCK,
  type Cause,
  type Consumer,
  type HandledItem,
  KIND,
  type NotedFault,
  type NotedItem,
  type RecordedEvent,
  type Refusal,
} from './event-kinds.js'
import { EventRows } from './event-rows.js'
import { type Fired, FiredList } from './fired.js'
import { Landmarks } from './landmarks.js'
import { sameFault, sameRefusal } from './same-refusal.js'

/**
 * The one stream of events of a daemon: what happens to items, leases and queues, in order. Only the latest are kept. A move of the
 * clock collects its list from the same stream.
 */
export class EventRecord {
  /** The cause of what is happening now. The engine is synchronous, so there is only one. */
  cause: Cause = BY_CLOCK
  readonly landmarks = new Landmarks()
  readonly #most: number
  readonly #rows: EventRows | undefined
  readonly #watchers = new Set<() => void>()
  readonly #witnesses = new Set<(item: NotedItem) => void>()
  /** Collects what fires while the clock is moved. */
  #fired: FiredList | undefined
  #lastItem = 0
  /** Whether watchers are about to be notified. */
  #notifies = false
  #fence = 0
  #refusedCalls = 0
  #refusedEvents = 0
  #lastRefused = 0
  #ended = false

  /** `most` is how many events are kept. 0 keeps none. */
  constructor(most: number) {
    this.#most = most
    this.#rows = most === 0 ? undefined : new EventRows(most)
  }

  /** The number of events so far. */
  get count(): number {
    return this.#rows?.count ?? 0
  }

  /** The number of the last item that it has seen. */
  get lastItem(): number {
    return this.#lastItem
  }

  /** How many events are kept at most. */
  get most(): number {
    return this.#most
  }

  /** The number of the first event that is still kept. */
  get first(): number {
    return this.#rows?.first ?? 1
  }

  /** Records an event of an item. */
  item(kind: number, time: Instant, address: Address, item: NotedItem, until = Number.NaN, deadQueue?: Address): void {
    this.#fired?.item(kind, time, address, item, deadQueue)
    if (this.#rows === undefined) return
    if (item.serial === 0) item.serial = ++this.#lastItem
    const row = this.#rows.addItem(kind, time, address, item, this.cause)
    this.#rows.setOutcome(row, until, deadQueue)
    if (this.#witnesses.size > 0) for (const tell of this.#witnesses) tell(item)
    this.#notify()
  }

  /** Records an event of a queue or of a waiting lease. */
  queue(kind: number, time: Instant, address: Address, consumer?: Consumer, until = Number.NaN): void {
    if (consumer !== undefined) this.#fired?.lease(kind, time, address, consumer)
    if (this.#rows === undefined) return
    const row = this.#rows.addQueue(kind, time, address, consumer, this.cause)
    this.#rows.setOutcome(row, until, undefined)
    this.landmarks.note(kind, address, this.count, this.first)
    this.#notify()
  }

  /** Records a refused call. If the same call was just refused, and nothing else has happened since, it only counts up. */
  refused(cause: Cause, address: Address, refusal: Refusal): void {
    if (this.#rows === undefined) return
    const same = sameRefusal(this.#rows, this.#fence, { cause, address, refusal })
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
    this.#notify()
  }

  /** Records that a fault acted on a call. If it just did on the same call, it only counts up: a worker may try for long. */
  fault(cause: Cause, time: Instant, address: Address, fault: NotedFault): void {
    if (this.#rows === undefined) return
    const same = sameFault(this.#rows, this.#fence, { cause, address, fault })
    if (same !== undefined) same.times += fault.times
    else {
      const row = this.#rows.addQueue(KIND.fault, time, address, undefined, cause)
      this.#rows.setOutcome(row, Number.NaN, undefined)
      this.#rows.setFault(row, fault)
    }
    this.#notify()
  }

  /** The number of refused calls. */
  get refusedCalls(): number {
    return this.#refusedCalls
  }

  /** The number of events about refused calls. */
  get refusedEvents(): number {
    return this.#refusedEvents
  }

  /** Returns whether a call was refused since the event with this number. */
  refusedSince(first: number): boolean {
    return this.#lastRefused >= first
  }

  /** Call when a test begins. The next refused call is a new event, even if it is the same as the one before. */
  fence(): void {
    this.#fence = this.count
  }

  /** Returns what fires while `fire` runs, in the order of the deadlines. It does not depend on how many events are kept. */
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

  /** Runs `work` with `cause` as the cause of its events. */
  during<T>(cause: Cause, work: () => T): T {
    const before = this.cause
    this.cause = cause
    try {
      return work()
    } finally {
      this.cause = before
    }
  }

  /** Returns the event with this number. @throws RangeError if it is not kept */
  at(number: number): RecordedEvent {
    if (this.#rows === undefined) throw new RangeError(`there is no event ${number}`)
    return this.#rows.at(number)
  }

  /** Returns the kind of an event that is kept, for those who read many and want few. */
  kindAt(number: number): RecordedEvent['kind'] | undefined {
    return this.#rows?.kindAt(number)
  }

  /** Returns the item that had this id in the queue at its latest event. `undefined` if no such event is kept. */
  itemWithId(queue: string, id: string): HandledItem | undefined {
    return this.#rows?.itemWithId(queue, id)
  }

  /**
   * Returns the latest lease of the item that had this number in a partition then, and what happened to the item since. Empty if the
   * record does not have it.
   */
  sinceLease(place: Pick<Address, 'queueId' | 'partition'>, sequence: number): RecordedEvent[] {
    const rows = this.#rows
    if (rows === undefined) return []
    const events: RecordedEvent[] = []
    let number = rows.latestOf(KIND.leased, place, sequence)
    for (; number > 0; number = rows.nextOf(events[0]?.item as number, number)) events.push(rows.at(number))
    return events
  }

  /** Returns the numbers of the items that had these sequence numbers in a partition at their latest event. Others are left out. */
  itemsAt(place: Pick<Address, 'queueId' | 'partition'>, sequences: Set<number>): Map<number, number> {
    const latest = this.#rows?.latestOfAll(place, sequences) ?? []
    return new Map(Array.from(latest, ([sequence, number]) => [sequence, this.at(number).item]))
  }

  /** Whether the daemon is closed and no further events come. */
  get ended(): boolean {
    return this.#ended
  }

  /** Resolves when there are further events, or when no more can come. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.watch(() => {
        stop()
        resolve()
      })
      if (this.#ended) this.#notify()
    })
  }

  /** Calls the watchers although there is no event, as when none are kept. */
  wake(): void {
    this.#notify()
  }

  /** Call when the daemon is closed and no further events come. */
  end(): void {
    this.#ended = true
    this.#notify()
  }

  /** Calls `watcher` after events, once their cause is done. Returns a function to stop watching. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  /**
   * Calls `tell` with the item of each event, at once. The record itself keeps only the beginning of a payload, and the item may be gone
   * when somebody reads the event. Returns a function to stop.
   */
  witness(tell: (item: NotedItem) => void): () => void {
    this.#witnesses.add(tell)
    return () => this.#witnesses.delete(tell)
  }

  #notify(): void {
    if (this.#notifies || (this.#watchers.size === 0 && !this.#ended)) return
    this.#notifies = true
    void Promise.resolve().then(() => {
      this.#notifies = false
      for (const watcher of [...this.#watchers]) watcher()
    })
  }
}
