/** Which partition a produce or a lease uses, and what waiting leases get (§4, §7). */
import {
  freeItems,
  loadOf,
  type ModelItem,
  type ModelLease,
  type ModelPartition,
  type ModelQueue,
} from './model-state.js'

/** Sorts the partitions again after their loads changed. */
export function sortByLoad(queue: ModelQueue, load = loadOf): void {
  queue.order = [...queue.order].sort((a, b) => load(a) - load(b))
}

/** Serves waiting leases: first assigns each to a partition, then each partition shares its free items. */
export function serve(queue: ModelQueue, waiting: readonly ModelLease[], now: number): void {
  if (waiting.length === 0 || queue.partitions.every((partition) => freeItems(partition).length === 0)) return
  const left = new Map(queue.partitions.map((partition) => [partition, freeItems(partition).length]))
  const takers = new Map<ModelPartition, ModelLease[]>()
  for (const lease of waiting) {
    const most = Math.max(...left.values())
    const chosen = queue.order.findLast((partition) => left.get(partition) === most) as ModelPartition
    left.set(chosen, Math.max(0, most - lease.batchSize))
    takers.set(chosen, [...(takers.get(chosen) ?? []), lease])
    // Assigned items no longer count as load, so the next lease sees the new order.
    sortByLoad(queue, (partition) => partition.scheduled.length + (left.get(partition) ?? 0))
  }
  for (const [partition, leases] of takers) share(partition, leases, now + queue.leaseTimeout)
  sortByLoad(queue)
}

/** Gives one item to each lease, round after round, until items or leases run out. */
function share(partition: ModelPartition, leases: readonly ModelLease[], deadline: number): void {
  const got = leases.map((lease) => ({ lease, items: [] as ModelItem[] }))
  for (const item of freeItems(partition)) {
    const hungry = got.filter(({ lease, items }) => items.length < lease.batchSize)
    const fewest = Math.min(...hungry.map(({ items }) => items.length))
    const taker = hungry.find(({ items }) => items.length === fewest)
    if (taker === undefined) break
    item.attempts++
    item.leased = true
    item.leaseDeadline = deadline
    taker.items.push({ ...item })
  }
  for (const { lease, items } of got) {
    if (items.length === 0) continue
    lease.outcome = { partition: partition.number, items }
    // R2
    partition.next = Math.min(partition.next, deadline)
  }
}
