/** Items in storage. */
import type { QueratorClient } from '../../client/client.js'
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

/** The most that one page of a list may hold. */
const PAGE = 1000

/** All items of a queue, by partition and in order. */
export async function storedItems(
  client: QueratorClient,
  queueName: string,
  call: 'storageItemsList' | 'storageScheduledList',
  historyOf: (id: string) => QueueEvent[],
): Promise<StoredItem[]> {
  const { logicalQueues } = await client.queueStats({ queueName })
  const count = logicalQueues.reduce((total, logical) => total + logical.partitions.length, 0)
  const stored: StoredItem[] = []
  for (let partition = 0; partition < count; partition++) {
    let pivot = ''
    for (;;) {
      const page = await client[call]({ queueName, partition, pivot, limit: PAGE })
      // A pivot is part of the page that it begins.
      const items = page.items.filter((item) => item.id !== pivot)
      stored.push(...items.map((item) => new StoredItem(partition, item, () => historyOf(item.id))))
      if (page.items.length < PAGE) break
      pivot = page.items.at(-1)?.id ?? ''
    }
  }
  return stored
}
