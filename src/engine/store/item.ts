/** One item, and the conditions it can be in (docs/protocol/queue.md §1). */
import type { ExactInstant } from '../../clock/exact-instant.js'
import { type Instant, NEVER, ZERO_TIME } from '../../clock/instant.js'
import type { Consumer } from '../events/event-kinds.js'
import { DeadlineGroup } from './deadline-groups.js'

/** What a producer gives. */
export interface ItemContent {
  readonly reference: string
  readonly encoding: string
  readonly kind: string
  /**
   * The bytes, one character each (latin 1). A text costs a fraction of a `Uint8Array` of its own, in time and in
   * memory, and keeps nothing else alive.
   */
  readonly payload: string
}

/**
 * Where an item is in its life. An item is in exactly one of:
 * - scheduled: waits for `enqueueAt`, cannot be leased
 * - leasable: free, in the order of its id
 * - leased: held by a consumer until `leaseDeadline`
 */
export type ItemState = 'scheduled' | 'leasable' | 'leased'

const NOT_SET = new DeadlineGroup(ZERO_TIME, 0)
const ENDLESS = new DeadlineGroup(NEVER, 0)

/**
 * An item as a partition holds it. Once it is there, only partition-items.ts changes it.
 * A queue may hold a million of them, so instants are not fields of their own: items share them through their groups.
 */
export class Item implements ItemContent {
  /** Order and identity within the partition; shown as a KSUID. A new one at every move to the tail. */
  sequence = 0
  state: ItemState = 'leasable'
  /** When it came into this queue, and when its life ends. */
  life: DeadlineGroup = ENDLESS
  /** When its lease ends, or, scheduled, when it comes due. */
  until: DeadlineGroup = NOT_SET
  /** The dead letter queue has had a copy of it, under the id that it still has. */
  copiedToDeadQueue = false
  /** The id that the item had in the queue it came from, in a dead letter queue; else empty. */
  sourceId = ''
  attempts = 0
  /** Who it is in the record of events, in every queue; 0 until it is in it. */
  serial = 0
  /** Who leased it last. */
  holder: Consumer | undefined = undefined
  /** Kept for items that were imported with one; nothing acts on it. */
  maxAttempts = 0
  readonly reference: string
  readonly encoding: string
  readonly kind: string
  readonly payload: string

  constructor(content: ItemContent) {
    this.reference = content.reference
    this.encoding = content.encoding
    this.kind = content.kind
    this.payload = content.payload
  }

  get leased(): boolean {
    return this.state === 'leased'
  }

  get scheduled(): boolean {
    return this.state === 'scheduled'
  }

  get createdAt(): Instant {
    return this.life.since
  }

  /** The end of the lease; on an item that is not leased Go's zero time, or what an import gave. */
  get leaseDeadline(): ExactInstant {
    return this.scheduled ? NOT_SET : this.until
  }

  /** Hands the item to a consumer until `end`, for the given attempt. Default: the next one. */
  lease(end: DeadlineGroup, attempts = this.attempts + 1): void {
    this.state = 'leased'
    this.attempts = attempts
    this.until = end
  }

  /** Takes the item back from its consumer. */
  release(): void {
    this.state = 'leasable'
    this.until = NOT_SET
  }

  /** Makes the item wait until `at`. */
  schedule(at: Instant): void {
    this.state = 'scheduled'
    this.until = new DeadlineGroup(at, 0)
  }
}
