/**
 * What the model of the queues remembers: plain data, so that a copy of it is a world of its own. Everything here is
 * written from the contract (queue.md), not from the engine: arrays, and everything by scanning.
 */

/** The time that stands for "none" on the wire, 0001-01-01T00:00:00Z. */
export const NO_TIME = -62_135_596_800_000
/** "Never", where a time is asked for. */
export const NEVER = Number.POSITIVE_INFINITY

/** An item (§1). Times are milliseconds since 1970. */
export interface ModelItem {
  /** `#1`, `#2`, … in the order in which they were given out, over all partitions. New whenever the item moves to the tail. */
  id: string
  readonly reference: string
  /** The producer's other strings and the payload in base 64; kept as they are. */
  readonly content: Readonly<Record<string, string>>
  /** What an import said, or the id that the item had in the queue from which it was moved. */
  readonly sourceId: string
  readonly createdAt: number
  readonly expireDeadline: number
  attempts: number
  leased: boolean
  leaseDeadline: number
  /** When it comes due; only while it is scheduled. */
  enqueueAt?: number
}

/** A lease that waits, or what it got. */
export interface ModelLease {
  /** Its name in a test. */
  readonly key: string
  readonly queue: string
  readonly clientId: string
  readonly batchSize: number
  readonly deadline: number
  outcome: 'waiting' | 'timeout' | 'gone' | 'deleted' | ModelLeased
}

/** What a lease got. Leased items are copies, as they were at that moment. */
export interface ModelLeased {
  readonly partition: number
  readonly items: readonly ModelItem[]
}

/** One partition. Both lists are in the order of ids. */
export interface ModelPartition {
  readonly number: number
  queued: ModelItem[]
  scheduled: ModelItem[]
  /** When the lifecycle looks at it next (§8, R0 to R4). */
  next: number
  /** Source ids that an import or a move may not use again. */
  readonly takenSourceIds: Set<string>
}

/** A queue and its logical queue. */
export interface ModelQueue {
  readonly name: string
  leaseTimeout: number
  expireTimeout: number
  maxAttempts: number
  /** Name of the dead letter queue, or ''. The queue of that name may be gone. */
  deadQueue: string
  readonly partitions: ModelPartition[]
  /** Partitions by load, ties staying as they were (§7). */
  order: ModelPartition[]
}

/** Everything. */
export interface ModelState {
  now: number
  /** How many ids were given out. */
  ids: number
  /** In the order of their creation. */
  queues: ModelQueue[]
  /** In the order in which they arrived; those that were answered, too. */
  leases: ModelLease[]
}

/** Items that a lease may take. */
export function freeItems(partition: ModelPartition): ModelItem[] {
  return partition.queued.filter((item) => !item.leased)
}

/** By what partitions are ordered: unleased items, scheduled ones counted in (§7). */
export function loadOf(partition: ModelPartition): number {
  return partition.scheduled.length + freeItems(partition).length
}

/** The leases that wait in a queue, in the order in which they arrived. */
export function waitingLeases(state: ModelState, queue: string): ModelLease[] {
  return state.leases.filter((lease) => lease.queue === queue && lease.outcome === 'waiting')
}

/** A partition of a queue that is made at `now`. R0: its first look is due. */
export function newPartition(number: number, now: number): ModelPartition {
  return { number, queued: [], scheduled: [], next: now, takenSourceIds: new Set() }
}
