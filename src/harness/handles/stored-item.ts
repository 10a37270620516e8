/** Items in storage. */
import { ZERO_TIME } from '../../clock/instant.js'
import type { QueueEvent } from '../../diagnosis/event-log.js'
import type { Timestamp } from '../../protocol/messages/message.js'
import type { ResponseOf } from '../../protocol/methods.js'
import { dateOf } from '../../protocol/timestamp.js'
import { Payload } from './payload.js'

/** An item as storage holds it: looked at, not leased. */
export class StoredItem extends Payload {
  /** Changes whenever the item goes to the tail; use `reference` to know it again. */
  readonly id: string
  /** In a dead letter queue: the id that it had in the queue it came from; else empty. */
  readonly sourceId: string
  readonly reference: string
  readonly kind: string
  readonly encoding: string
  readonly partition: number
  readonly attempts: number
  readonly leased: boolean
  /** Undefined while it is not leased. */
  readonly leaseDeadline: Date | undefined
  /** When its life in this queue ends. */
  readonly expireDeadline: Date | undefined
  /** When it came into this queue. */
  readonly createdAt: Date | undefined
  readonly #history: () => QueueEvent[]

  /** @internal */
  constructor(partition: number, item: ResponseOf<'storageItemsList'>['items'][number], history: () => QueueEvent[]) {
    super(item.payload)
    this.#history = history
    this.partition = partition
    this.id = item.id
    this.sourceId = item.sourceId
    this.reference = item.reference
    this.kind = item.kind
    this.encoding = item.encoding
    this.attempts = item.attempts
    this.leased = item.isLeased
    this.leaseDeadline = deadlineOf(item.leaseDeadline)
    this.expireDeadline = deadlineOf(item.expireDeadline)
    this.createdAt = deadlineOf(item.createdAt)
  }

  /** What happened to it, in this queue and before. @throws QueratorError on a server elsewhere */
  history(): QueueEvent[] {
    return this.#history()
  }
}

function deadlineOf(timestamp: Timestamp | undefined): Date | undefined {
  const date = timestamp === undefined ? undefined : dateOf(timestamp)
  // Go's zero time stands for a deadline that is not set.
  return date === undefined || date.getTime() <= ZERO_TIME ? undefined : date
}
