/**
 * The state of the model: plain data, so that copying it gives an independent world. It follows the contract
 * (queue.md), not the engine, and uses plain arrays and linear scans.
 */

/** The time that means "none" in the protocol, 0001-01-01T00:00:00Z. */
export const NO_TIME = -62_135_596_800_000
/** The time that means "never". */
export const NEVER = Number.POSITIVE_INFINITY

/** An item (§1). Times are milliseconds since 1970. */
export interface ModelItem {
  /** `#1`, `#2`, … in the order of creation, over all partitions. An item gets a new id when it moves to the tail. */
  id: string
  readonly reference: string
  /** The other strings of the producer, and the payload in base64, unchanged. */
  readonly content: Readonly<Record<string, string>>
  /** The source id of an import, or the id that the item had in the queue it was moved from. */
  readonly sourceId: string
  readonly createdAt: number
  readonly expireDeadline: number
  attempts: number
  leased: boolean
  leaseDeadline: number
  /** When it comes due. Set only while it is scheduled. */
  enqueueAt?: number
}

/** A waiting lease, or its outcome. */
export interface ModelLease {
  /** Its name in the test. */
  readonly key: string
  readonly queue: string
  readonly clientId: string
  readonly batchSize: number
  readonly deadline: number
  outcome: 'waiting' | 'timeout' | 'gone' | 'deleted' | ModelLeased
}

/** What a lease got. The items are copies from that moment. */
export interface ModelLeased {
  readonly partition: number
  readonly items: readonly ModelItem[]
}

/** A partition. Both lists are in order of ids. */
export interface ModelPartition {
  readonly number: number
  queued: ModelItem[]
  scheduled: ModelItem[]
  /** When the lifecycle looks at the partition next (§8, R0 to R4). */
  next: number
  /** Source ids that no import or move may use again. */
  readonly takenSourceIds: Set<string>
}

/** A queue and its logical queue. */
export interface ModelQueue {
  readonly name: string
  leaseTimeout: number
  expireTimeout: number
  maxAttempts: number
  /** The name of the dead letter queue, or ''. The queue of that name may have been deleted. */
  deadQueue: string
  readonly partitions: ModelPartition[]
  /** The partitions by load. Ties keep their order (§7). */
  order: ModelPartition[]
}

/** The state of all queues. */
export interface ModelState {
  now: number
  /** How many ids exist so far. */
  ids: number
  /** In order of creation. */
  queues: ModelQueue[]
  /** In order of arrival, including those already answered. */
  leases: ModelLease[]
}

/** The items that a lease may take. */
export function freeItems(partition: ModelPartition): ModelItem[] {
  return partition.queued.filter((item) => !item.leased)
}

/** The load by which partitions are sorted: free and scheduled items (§7). */
export function loadOf(partition: ModelPartition): number {
  return partition.scheduled.length + freeItems(partition).length
}

/** The waiting leases of a queue, in order of arrival. */
export function waitingLeases(state: ModelState, queue: string): ModelLease[] {
  return state.leases.filter((lease) => lease.queue === queue && lease.outcome === 'waiting')
}

/** A partition of a queue created at `now`. R0: its first look is due. */
export function newPartition(number: number, now: number): ModelPartition {
  return { number, queued: [], scheduled: [], next: now, takenSourceIds: new Set() }
}
