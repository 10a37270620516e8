/** The waiting leases of a queue. */
import { DeadlineHeap } from '../../clock/deadline-heap.js'
import type { ExactInstant } from '../../clock/exact-instant.js'
import type { Instant } from '../../clock/instant.js'
import type { QueratorError } from '../../errors.js'
import type { Consumer } from '../events/event-kinds.js'
import type { ItemContent } from '../store/item.js'
import type { ItemIds } from '../store/item-ids.js'
import { MOST_IN_ANSWER } from '../store/memory-budget.js'

/** The error message of a lease that got nothing before its timeout (docs/protocol/queue.md §4). */
export const LEASE_ENDED = 'request timeout; no items are in the queue, try again'

/** Settles a request. Exactly one of the two is called, once. */
export interface Settle<T> {
  resolve(result: T): void
  reject(error: QueratorError): void
}

/**
 * Which items a lease gets under a fault: those that other clients hold, the free ones from the tail, or free ones that nobody has leased
 * before. Items with another reference are left out.
 */
export interface Choice {
  readonly of: 'held' | 'last' | 'fresh'
  readonly reference?: string | undefined
}

/** The request of a consumer. */
export interface LeaseRequest {
  readonly clientId: string
  /** The most items to return, 1 to 1,000. */
  readonly batchSize: number
  /** When the request gets a 454. */
  readonly deadline: Instant
  /** Set by a fault. */
  readonly choice?: Choice | undefined
  /** Whether the test itself leases, rather than code under test. */
  readonly isOfTest?: boolean | undefined
}

/** An item at the moment when it was leased. Its id is a number until it is shown. */
export interface LeasedItem {
  readonly ids: ItemIds
  readonly sequence: number
  readonly attempts: number
  readonly content: ItemContent
}

/** The result of a lease: items of one partition. */
export interface Leased {
  readonly partition: number
  /** When the leases expire. */
  readonly end: ExactInstant
  readonly items: readonly LeasedItem[]
}

/** A waiting lease. */
export class WaitingLease {
  readonly items: LeasedItem[] = []
  /** The size of the items in the reply, in bytes. */
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

/** The waiting leases of a queue, in order of arrival. Each client has at most one. */
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

  /** When the first of them gets a 454, or `Infinity` if none is waiting. */
  get nextEnd(): Instant {
    return this.#ends.next()
  }

  /** Returns whether this client is already waiting. */
  has(clientId: string): boolean {
    return this.#byClient.has(clientId)
  }

  /** Adds a lease at the end of the line. */
  add(request: LeaseRequest, consumer: Consumer, settle: Settle<Leased>): WaitingLease {
    const lease = new WaitingLease(request, settle, this.#arrivals++, consumer)
    this.#byClient.set(request.clientId, lease)
    this.#ends.add(lease)
    return lease
  }

  /** Removes a lease. Does nothing if it is no longer waiting. */
  remove(lease: WaitingLease): void {
    if (this.#byClient.get(lease.request.clientId) !== lease) return
    this.#byClient.delete(lease.request.clientId)
    this.#ends.remove(lease)
  }

  /** Returns all leases in order of arrival. They may be removed during the iteration. */
  inTurn(): IterableIterator<WaitingLease> {
    return this.#byClient.values()
  }

  /** Removes and returns those whose deadline has passed. */
  takeEnded(now: Instant): WaitingLease[] {
    const ended = this.#ends.takeDue(now)
    for (const lease of ended) this.#byClient.delete(lease.request.clientId)
    return ended
  }
}
