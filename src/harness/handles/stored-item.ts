/** Items in storage. */
import type { QueratorClient } from '../../client/client.js'
import { ZERO_TIME } from '../../clock/instant.js'
import type { QueueEvent } from '../../diagnosis/event-log.js'
import type { Timestamp } from '../../protocol/messages/message.js'
import type { ResponseOf } from '../../protocol/methods.js'
import { dateOf } from '../../protocol/timestamp.js'
import { Payload } from './payload.js'
import type { QueueHome } from './queue-home.js'

/** An item in storage, which you look at without leasing it. `queue.items()` and `queue.scheduled()` return these. */
export class StoredItem extends Payload {
  /** The id. It changes whenever the item goes to the tail of its partition. Use `reference` to recognize the item. */
  readonly id: string
  /** In a dead letter queue: the id that the item had in the queue it came from. Otherwise empty. */
  readonly sourceId: string
  /** The producer's name for the item. */
  readonly reference: string
  /** The producer's kind of item. */
  readonly kind: string
  /** The producer's encoding of the payload. */
  readonly encoding: string
  /** The number of the partition that holds the item. */
  readonly partition: number
  /** How often the item has been leased. 0 again in a dead letter queue. */
  readonly attempts: number
  /** Whether the item is leased. */
  readonly leased: boolean
  /** When the lease runs out. Undefined if the item is not leased. */
  readonly leaseDeadline: Date | undefined
  /** When the item expires. */
  readonly expireDeadline: Date | undefined
  /** When the item came into this queue. */
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

  /** Returns what happened to the item, in this queue and before. @throws QueratorError on a server elsewhere */
  history(): QueueEvent[] {
    return this.#history()
  }
}

function deadlineOf(timestamp: Timestamp | undefined): Date | undefined {
  const date = timestamp === undefined ? undefined : dateOf(timestamp)
  // Go's zero time stands for a deadline that is not set.
  return date === undefined || date.getTime() <= ZERO_TIME ? undefined : date
}

/** The most items in one page of a list. */
const PAGE = 1000

/** Which part of a list to ask for. Default: all of it. */
interface Part {
  /** How many items at most. */
  readonly most?: number
  readonly signal?: AbortSignal
}

/** Returns the items of a queue for a test, by partition and in order. */
export function storedOf(
  { ownClient, events, afterBegun }: QueueHome,
  queueName: string,
  call: 'storageItemsList' | 'storageScheduledList',
): Promise<StoredItem[]> {
  const historyOf = (id: string) => events().ofItemWithId(queueName, id)
  return afterBegun(queueName, () => storedItems(ownClient, queueName, call, historyOf))
}

/** Returns the items of a queue, by partition and in order. */
export async function storedItems(
  client: QueratorClient,
  queueName: string,
  call: 'storageItemsList' | 'storageScheduledList',
  historyOf: (id: string) => QueueEvent[],
  { most = Number.POSITIVE_INFINITY, signal }: Part = {},
): Promise<StoredItem[]> {
  const options = signal && { signal }
  const { logicalQueues } = await client.queueStats({ queueName }, options)
  const count = logicalQueues.reduce((total, logical) => total + logical.partitions.length, 0)
  const stored: StoredItem[] = []
  // A page includes its pivot.
  const limit = Math.min(PAGE, most + 1)
  for (let partition = 0; partition < count && stored.length < most; partition++) {
    let pivot = ''
    for (;;) {
      const page = await client[call]({ queueName, partition, pivot, limit }, options)
      const items = page.items.filter((item) => item.id !== pivot)
      stored.push(...items.map((item) => new StoredItem(partition, item, () => historyOf(item.id))))
      if (page.items.length < limit || stored.length >= most) break
      pivot = page.items.at(-1)?.id ?? ''
    }
  }
  return stored.slice(0, most)
}
