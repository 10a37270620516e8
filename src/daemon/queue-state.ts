/** The state of a queue, as plain values. */
import type { Instant } from '../clock/instant.js'
import type { Consumer } from '../engine/events/event-kinds.js'
import type { LogicalQueue } from '../engine/queue/logical-queue.js'

/** The most items that are listed. Further items are only counted. */
const MOST_ITEMS = 1000

/** The state of a queue at one moment: its waiting leases, its items, and who holds them. */
export interface QueueState {
  readonly name: string
  /** The time of the daemon's clock. */
  readonly createdAt: Instant
  readonly paused: boolean
  readonly partitions: number
  /** In milliseconds, like `expireTimeout`. */
  readonly leaseTimeout: number
  readonly expireTimeout: number
  /** 0 for no limit. */
  readonly maxAttempts: number
  /** Empty if there is none. */
  readonly deadQueue: string
  /** Whether the dead letter queue does not exist. */
  readonly deadQueueMissing: boolean
  /** For each partition, when the lifecycle looks at it next (docs/protocol/queue.md §8). */
  readonly looks: readonly LookState[]
  /** In order of arrival. */
  readonly waiting: readonly { readonly consumer: Consumer; readonly batchSize: number; readonly deadline: Instant }[]
  /** The first thousand, by partition. Scheduled items come last. */
  readonly items: readonly ItemView[]
  readonly counts: QueueTotals
}

/** The number of items in each state. */
export interface QueueTotals {
  readonly leasable: number
  readonly leased: number
  readonly scheduled: number
}

/** The next look of the lifecycle at a partition. */
export interface LookState {
  /** `Infinity` if no look is planned. */
  readonly next: Instant
  /** Whether an overdue item that stays hides later deadlines (docs/protocol/queue.md §8, R4). */
  readonly hidesDeadlines: boolean
}

/** The state of an item. */
export interface ItemView {
  readonly state: 'leasable' | 'leased' | 'scheduled'
  readonly partition: number
  readonly id: string
  /** The item's number in the record of events. 0 if it is not there. */
  readonly item: number
  readonly reference: string
  readonly attempts: number
  /** When the lease expires, or the time for which the item is scheduled. `undefined` if the item is free. */
  readonly until: Instant | undefined
  /** When the item expires or expired. */
  readonly expiresAt: Instant
  /** Whether a copy of the item is or was in the dead letter queue. */
  readonly copied: boolean
  /** The payload, one character for each byte. */
  readonly payload: string
  /** Who holds the item. */
  readonly consumer: Consumer | undefined
}

/** Returns the state of a queue. */
export function queueState(queue: LogicalQueue, deadQueueMissing: boolean): QueueState {
  const { name, createdAt, leaseTimeout, expireTimeout, maxAttempts, deadQueue } = queue.config
  return {
    name,
    createdAt,
    paused: queue.paused,
    partitions: queue.partitions.length,
    leaseTimeout: leaseTimeout.ms,
    expireTimeout: expireTimeout.ms,
    maxAttempts,
    deadQueue,
    deadQueueMissing,
    looks: queue.partitions.map(({ nextLook, hidesDeadlines }) => ({ next: nextLook, hidesDeadlines })),
    waiting: queue.waitingLeases.map(({ consumer, request: { batchSize, deadline } }) => ({
      consumer,
      batchSize,
      deadline,
    })),
    items: itemsOf(queue),
    counts: queueTotals(queue),
  }
}

/** Returns the item counts of a queue, without looking at the items. */
export function queueTotals(queue: LogicalQueue): QueueTotals {
  const sum = (of: 'leasable' | 'leased' | 'scheduled') =>
    queue.partitions.reduce((total, { counts }) => total + counts[of], 0)
  return { leasable: sum('leasable'), leased: sum('leased'), scheduled: sum('scheduled') }
}

function itemsOf(queue: LogicalQueue): ItemView[] {
  const items: ItemView[] = []
  for (const which of ['queued', 'scheduled'] as const) {
    for (const partition of queue.partitions) {
      for (const item of partition.page(which, undefined, MOST_ITEMS - items.length)) {
        items.push({
          state: item.state,
          partition: partition.number,
          id: partition.ids.text(item.sequence),
          item: item.serial,
          reference: item.reference,
          attempts: item.attempts,
          until: item.state === 'leasable' ? undefined : item.until.at,
          expiresAt: item.life.at,
          copied: item.copiedToDeadQueue,
          payload: item.payload,
          consumer: item.leased ? item.holder : undefined,
        })
      }
    }
  }
  return items
}
