/** One item, and the conditions it can be in (contract: queue.md §1). */
import type { ExactInstant } from '../clock/duration.js'
import { type Instant, NEVER, ZERO_TIME } from '../clock/instant.js'

/** What a producer gives. */
export interface ItemContent {
  readonly reference: string
  readonly encoding: string
  readonly kind: string
  readonly payload: Uint8Array
}

/**
 * Where an item is in its life. An item is in exactly one of:
 * - scheduled: waits for `enqueueAt`, cannot be leased
 * - leasable: free, in the order of its id
 * - leased: held by a consumer until `leaseDeadline`
 */
export type ItemState = 'scheduled' | 'leasable' | 'leased'

/**
 * An item as a partition holds it. Only the partition changes it, and only through its one commit function.
 * Deadlines are milliseconds rounded up; `…Early` says by how many nanoseconds the exact instant comes before.
 */
export class Item implements ItemContent {
  /** Order and identity within the partition; shown as a KSUID. A new one at every move to the tail. */
  sequence = 0
  state: ItemState = 'leasable'
  /** The id that the item had in the queue it came from, in a dead letter queue; else empty. */
  sourceId = ''
  createdAt: Instant = 0
  attempts = 0
  /** Kept for items that were imported with one; nothing acts on it. */
  maxAttempts = 0
  leaseDeadline: Instant = ZERO_TIME
  leaseEarly = 0
  expireDeadline: Instant = NEVER
  expireEarly = 0
  enqueueAt: Instant = ZERO_TIME
  readonly reference: string
  readonly encoding: string
  readonly kind: string
  readonly payload: Uint8Array

  /** Its life is over and a copy is in the dead letter queue, but the server leaves the item itself: see lifecycle.ts. */
  copiedToDeadQueue = false

  // Places in the partition's own structures.
  leasePlace = -1
  expirePlace = -1
  duePlace = -1
  previous: Item | undefined
  following: Item | undefined

  constructor(content: ItemContent) {
    this.reference = content.reference
    this.encoding = content.encoding
    this.kind = content.kind
    this.payload = content.payload
  }

  get leased(): boolean {
    return this.state === 'leased'
  }

  /** Sets the end of the item's life. */
  expiresAt(end: ExactInstant): void {
    this.expireDeadline = end.at
    this.expireEarly = end.early
  }

  /** Hands the item to a consumer until `end`; counts the attempt. */
  lease(end: ExactInstant): void {
    this.state = 'leased'
    this.attempts++
    this.leaseEnds(end)
  }

  /** Sets the end of the lease; on an item that is not leased it is only shown, as an import may give it. */
  leaseEnds(end: ExactInstant): void {
    this.leaseDeadline = end.at
    this.leaseEarly = end.early
  }

  /** Takes the item back from its consumer. */
  release(): void {
    this.state = 'leasable'
    this.leaseDeadline = ZERO_TIME
    this.leaseEarly = 0
    this.enqueueAt = ZERO_TIME
  }

  /** Makes the item wait until `at`. */
  schedule(at: Instant): void {
    this.release()
    this.state = 'scheduled'
    this.enqueueAt = at
  }
}
