/** An item and its states (docs/protocol/queue.md §1). */
import type { ExactInstant } from '../../clock/exact-instant.js'
import { type Instant, NEVER, ZERO_TIME } from '../../clock/instant.js'
import type { Consumer } from '../events/event-kinds.js'
import { DeadlineGroup } from './deadline-groups.js'

/** The content that a producer gives. */
export interface ItemContent {
  readonly reference: string
  readonly encoding: string
  readonly kind: string
  /**
   * The bytes as a string with one character for each (latin 1). It takes a fraction of the time and memory of a separate
   * `Uint8Array`, and keeps nothing else in memory.
   */
  readonly payload: string
}

/**
 * The state of an item:
 * - scheduled: waits for `enqueueAt`, cannot be leased
 * - leasable: free, in the order of its id
 * - leased: held by a consumer until `leaseDeadline`
 */
export type ItemState = 'scheduled' | 'leasable' | 'leased'

const NOT_SET = new DeadlineGroup(ZERO_TIME, 0)
const ENDLESS = new DeadlineGroup(NEVER, 0)

/**
 * An item of a partition. After it is added, only partition-items.ts changes it.
 * A queue may hold a million items, so instants are not fields of their own: items share them through their groups.
 */
export class Item implements ItemContent {
  /** The order and identity within the partition, shown as a KSUID. Each move to the tail gives a new one. */
  sequence = 0
  state: ItemState = 'leasable'
  /** When it came into this queue, and when it expires. */
  life: DeadlineGroup = ENDLESS
  /** When the lease expires, or when the scheduled item comes due. */
  until: DeadlineGroup = NOT_SET
  /** Whether a copy under the current id is or was in the dead letter queue. */
  copiedToDeadQueue = false
  /** In a dead letter queue, the item's id in the queue it came from. Otherwise empty. */
  sourceId = ''
  attempts = 0
  /** Identifies the item in the record of events across queues. 0 until it is recorded. */
  serial = 0
  /** The last consumer. */
  holder: Consumer | undefined = undefined
  /** The value of an imported item. It has no effect. */
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

  /** Returns the same item for another place, with deadlines that nobody watches yet. */
  copy(life: DeadlineGroup, until: DeadlineGroup): Item {
    const copy = new Item(this)
    copy.sequence = this.sequence
    copy.state = this.state
    copy.life = life
    copy.until = until
    copy.copiedToDeadQueue = this.copiedToDeadQueue
    copy.sourceId = this.sourceId
    copy.attempts = this.attempts
    copy.serial = this.serial
    copy.holder = this.holder
    copy.maxAttempts = this.maxAttempts
    return copy
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

  /** The lease deadline. If the item is not leased, it is Go's zero time or an imported value. */
  get leaseDeadline(): ExactInstant {
    return this.scheduled ? NOT_SET : this.until
  }

  /** Leases the item to a consumer until `end`, as the given attempt. Default: the next attempt. */
  lease(end: DeadlineGroup, attempts = this.attempts + 1): void {
    this.state = 'leased'
    this.attempts = attempts
    this.until = end
  }

  /** Ends the lease. */
  release(): void {
    this.state = 'leasable'
    this.until = NOT_SET
  }

  /** Schedules the item for `at`. */
  schedule(at: Instant): void {
    this.state = 'scheduled'
    this.until = new DeadlineGroup(at, 0)
  }
}
