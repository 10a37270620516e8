/** The state of a queue, as plain values. */
import type { Instant } from '../clock/instant.js'
import type { Consumer } from '../engine/events/event-kinds.js'
import type { LogicalQueue } from '../engine/queue/logical-queue.js'

/** More items than this are only counted. */
const MOST_ITEMS = 1000

/** The state of a queue at one moment: what waits, what it holds, and who holds it. */
export interface QueueState {
  readonly name: string
  /** By the daemon's clock. */
  readonly createdAt: Instant
  readonly paused: boolean
  readonly partitions: number
  /** In milliseconds, as is `expireTimeout`. */
  readonly leaseTimeout: number
  readonly expireTimeout: number
  /** 0 for no limit. */
  readonly maxAttempts: number
  /** Empty for none. */
  readonly deadQueue: string
  /** Whether a dead letter queue is named that does not exist. */
  readonly deadQueueMissing: boolean
  /** Of each partition, when the lifecycle looks at it next (docs/protocol/queue.md §8). */
  readonly looks: readonly LookState[]
  /** In the order of their arrival. */
  readonly waiting: readonly { readonly consumer: Consumer; readonly batchSize: number; readonly deadline: Instant }[]
  /** The first thousand, by partition: those that are not scheduled, and then those that are. */
  readonly items: readonly ItemView[]
  readonly counts: QueueTotals
}

/** How many items there are, in each state. */
export interface QueueTotals {
  readonly leasable: number
  readonly leased: number
  readonly scheduled: number
}

/** What the lifecycle is to do in a partition. */
export interface LookState {
  /** `Infinity` when nothing asks for a look. */
  readonly next: Instant
  /** Whether an overdue item that stays hides later deadlines (docs/protocol/queue.md §8, R4). */
  readonly hidesDeadlines: boolean
}

/** An item as it stands. */
export interface ItemView {
  readonly state: 'leasable' | 'leased' | 'scheduled'
  readonly partition: number
  readonly id: string
  /** Its number in the record of events; 0 when it is not there. */
  readonly item: number
  readonly reference: string
  readonly attempts: number
  /** The end of its lease, or the time for which it is scheduled; undefined for an item that is free. */
  readonly until: Instant | undefined
  /** When its life ends, or ended. */
  readonly expiresAt: Instant
  /** Whether the dead letter queue has had a copy of it. */
  readonly copied: boolean
  /** Who holds it. */
  readonly consumer: Consumer | undefined
}

/** Looks at a queue. */
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

/** Counts the items of a queue; costs nothing. */
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
          consumer: item.leased ? item.holder : undefined,
        })
      }
    }
  }
  return items
}
