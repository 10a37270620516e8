/** The waiting leases of a queue. */
import { DeadlineHeap } from '../../clock/deadline-heap.js'
import type { ExactInstant } from '../../clock/exact-instant.js'
import type { Instant } from '../../clock/instant.js'
import type { QueratorError } from '../../errors.js'
import type { Consumer } from '../events/event-kinds.js'
import type { ItemContent } from '../store/item.js'
import type { ItemIds } from '../store/item-ids.js'
import { MOST_IN_ANSWER } from '../store/memory-budget.js'

/** The answer to a lease that got nothing in time (docs/protocol/queue.md §4). */
export const LEASE_ENDED = 'request timeout; no items are in the queue, try again'

/** How a request gets its answer; exactly one of both is called, once. */
export interface Settle<T> {
  resolve(result: T): void
  reject(error: QueratorError): void
}

/** What a consumer asks for. */
export interface LeaseRequest {
  readonly clientId: string
  /** At most this many items, 1 to 1,000. */
  readonly batchSize: number
  /** When it gets a 454. */
  readonly deadline: Instant
}

/** An item as its consumer gets it: how it stood at that moment. Its id is a number until it is shown. */
export interface LeasedItem {
  readonly ids: ItemIds
  readonly sequence: number
  readonly attempts: number
  readonly content: ItemContent
}

/** The answer to a lease: items of one partition. */
export interface Leased {
  readonly partition: number
  /** When the lease ends, for all of them. */
  readonly end: ExactInstant
  readonly items: readonly LeasedItem[]
}

/** A lease while it waits. */
export class WaitingLease {
  readonly items: LeasedItem[] = []
  /** What they take in the answer, in bytes. */
  size = 0
  place = -1

  constructor(
    readonly request: LeaseRequest,
    readonly settle: Settle<Leased>,
    readonly arrival: number,
    readonly consumer: Consumer,
  ) {}

  get full(): boolean {
    return this.items.length >= this.request.batchSize || this.size > MOST_IN_ANSWER
  }
}

/** The leases of a queue that wait for items, in order of arrival: one for each client, each with a time-out. */
export class WaitingLeases {
  readonly #byClient = new Map<string, WaitingLease>()
  readonly #ends = new DeadlineHeap<WaitingLease>({
    at: (lease) => lease.request.deadline,
    rank: (lease) => lease.arrival,
    place: (lease) => lease.place,
    setPlace: (lease, place) => {
      lease.place = place
    },
  })
  #arrivals = 0

  get size(): number {
    return this.#byClient.size
  }

  /** When the first of them gets a 454; `Infinity` when none waits. */
  get nextEnd(): Instant {
    return this.#ends.next()
  }

  /** Whether this client waits already. */
  has(clientId: string): boolean {
    return this.#byClient.has(clientId)
  }

  /** Takes a lease in, at the end of the line. */
  add(request: LeaseRequest, consumer: Consumer, settle: Settle<Leased>): WaitingLease {
    const lease = new WaitingLease(request, settle, this.#arrivals++, consumer)
    this.#byClient.set(request.clientId, lease)
    this.#ends.add(lease)
    return lease
  }

  /** Removes a lease. Does nothing if it is not waiting any more. */
  remove(lease: WaitingLease): void {
    if (this.#byClient.get(lease.request.clientId) !== lease) return
    this.#byClient.delete(lease.request.clientId)
    this.#ends.remove(lease)
  }

  /** All of them, in order of arrival. Removing while walking is allowed. */
  inTurn(): IterableIterator<WaitingLease> {
    return this.#byClient.values()
  }

  /** Removes and returns those whose end has come. */
  takeEnded(now: Instant): WaitingLease[] {
    const ended = this.#ends.takeDue(now)
    for (const lease of ended) this.#byClient.delete(lease.request.clientId)
    return ended
  }
}
