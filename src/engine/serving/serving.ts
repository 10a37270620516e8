/** Serves waiting leases: assigns partitions, then gives one item to each lease in turns (docs/protocol/queue.md §4, §7). */
import type { Instant } from '../../clock/instant.js'
import type { Consumer } from '../events/event-kinds.js'
import type { DeadlineGroup } from '../store/deadline-groups.js'
import type { Item } from '../store/item.js'
import { answerSize, MOST_IN_ANSWER } from '../store/memory-budget.js'
import type { Partition } from '../store/partition.js'
import type { PartitionOrder } from './partition-order.js'
import type { Leased, LeasedItem, WaitingLease, WaitingLeases } from './waiting-leases.js'

/** Serves a lease if no other is waiting and there is only one partition. Returns `undefined` if it has no free item. */
export function serveAtOnce(
  partition: Partition,
  batchSize: number,
  consumer: Consumer,
  end: DeadlineGroup,
  now: Instant,
): Leased | undefined {
  const items: LeasedItem[] = []
  let size = 0
  while (items.length < batchSize && size <= MOST_IN_ANSWER) {
    const taken = takeInto(items, partition, consumer, end, now)
    if (taken === undefined) break
    size += taken
  }
  if (items.length === 0) return undefined
  partition.askForLook(end.at)
  return { partition: partition.number, end, items }
}

/** Leases the first free item. Returns its size in the reply, or `undefined` if there is none. */
function takeInto(
  items: LeasedItem[],
  partition: Partition,
  consumer: Consumer,
  end: DeadlineGroup,
  now: Instant,
): number | undefined {
  const item = partition.leaseFirst(consumer, end, now)
  if (item === undefined) return undefined
  items.push(leasedItem(partition, item))
  return answerSize(item)
}

function leasedItem({ ids }: Partition, item: Item): LeasedItem {
  return { ids, sequence: item.sequence, attempts: item.attempts, content: item }
}

/** Serves a lease with these free items of a partition, in this order. */
export function serveChosen(
  partition: Partition,
  chosen: readonly Item[],
  consumer: Consumer,
  end: DeadlineGroup,
  now: Instant,
): Leased {
  for (const item of chosen) partition.lease(item, consumer, end, now)
  partition.askForLook(end.at)
  return { partition: partition.number, end, items: chosen.map((item) => leasedItem(partition, item)) }
}

/** Gives free items to waiting leases, and calls `served` for each that got some. */
export function serveWaiting(
  waiting: WaitingLeases,
  order: PartitionOrder,
  end: DeadlineGroup,
  now: Instant,
  served: (lease: WaitingLease) => void,
): void {
  for (const [partition, leases] of assign(waiting, order)) {
    if (partition.leasable === 0) continue
    fillInTurns(partition, leases, end, now)
    partition.askForLook(end.at)
    for (const lease of leases) {
      if (lease.items.length === 0) continue
      waiting.remove(lease)
      served(lease)
      lease.settle.resolve({ partition: partition.number, end, items: lease.items })
    }
  }
}

function assign(waiting: WaitingLeases, order: PartitionOrder): Map<Partition, WaitingLease[]> {
  const assigned = new Map<Partition, WaitingLease[]>()
  const assignment = order.assign()
  for (const lease of waiting.inTurn()) {
    const partition = assignment.next(lease.request.batchSize)
    if (partition === undefined) break
    const leases = assigned.get(partition)
    if (leases === undefined) assigned.set(partition, [lease])
    else leases.push(lease)
  }
  return assigned
}

function fillInTurns(partition: Partition, leases: readonly WaitingLease[], end: DeadlineGroup, now: Instant): void {
  let hungry = [...leases]
  while (hungry.length > 0) {
    for (const lease of hungry) {
      const taken = takeInto(lease.items, partition, lease.consumer, end, now)
      if (taken === undefined) return
      lease.size += taken
    }
    hungry = hungry.filter((lease) => !lease.full)
  }
}
