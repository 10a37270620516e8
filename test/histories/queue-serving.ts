/** How the model serves leases (docs/protocol/queue.md §4 and §7), and compares them with the real results. */
import { itemsText } from './calls.js'
import {
  contradict,
  type Draft,
  freeItems,
  learnId,
  type ModelItem,
  type ModelPartition,
  type WaitingLease,
} from './queue-state.js'

/** Sorts the partitions by load. Ties keep their order. */
export function sortByLoad(draft: Draft, free = (partition: ModelPartition) => freeItems(partition).length): void {
  const load = (number: number) => {
    const partition = draft.partitions[number] as ModelPartition
    return partition.scheduled.length + free(partition)
  }
  draft.order.sort((a, b) => load(a) - load(b))
}

/** Serves waiting leases, unless the queue is paused. */
export function serve(draft: Draft): void {
  sortByLoad(draft)
  if (draft.status !== 'running' || draft.waiting.length === 0) return
  for (const [partition, leases] of assign(draft)) share(draft, partition, leases)
  sortByLoad(draft)
}

/** Assigns leases to partitions: each takes the one with most items left, as if earlier leases had taken theirs. */
function assign(draft: Draft): Map<ModelPartition, WaitingLease[]> {
  const left = new Map(draft.partitions.map((partition) => [partition, freeItems(partition).length]))
  const leftOf = (partition: ModelPartition) => left.get(partition) as number
  const assigned = new Map<ModelPartition, WaitingLease[]>()
  for (const lease of draft.waiting) {
    const most = Math.max(...left.values())
    const number = draft.order.findLast((one) => leftOf(draft.partitions[one] as ModelPartition) === most)
    const chosen = draft.partitions[number as number] as ModelPartition
    left.set(chosen, Math.max(0, most - lease.batchSize))
    assigned.set(chosen, [...(assigned.get(chosen) ?? []), lease])
    sortByLoad(draft, leftOf)
  }
  return assigned
}

/** Gives one item to each lease in order of arrival, round after round. */
function share(draft: Draft, partition: ModelPartition, leases: readonly WaitingLease[]): void {
  const free = freeItems(partition)
  if (free.length === 0) return
  const taken = leases.map((lease) => ({ lease, items: [] as ModelItem[] }))
  let hungry = taken
  while (free.length > 0 && hungry.length > 0) {
    for (const { items } of hungry) {
      const item = free.shift()
      if (item !== undefined) items.push(item)
    }
    hungry = hungry.filter(({ lease, items }) => items.length < lease.batchSize)
  }
  const until = draft.now + draft.setup.leaseTimeout
  partition.nextLook = Math.min(partition.nextLook, until)
  for (const { lease, items } of taken) if (items.length > 0) give(draft, partition, lease, items, until)
}

function give(draft: Draft, partition: ModelPartition, lease: WaitingLease, items: ModelItem[], until: number): void {
  draft.waiting = draft.waiting.filter((one) => one !== lease)
  for (const item of items) {
    item.attempts++
    item.leasedUntil = until
  }
  compare(draft, partition, lease, items)
}

/** Compares what a lease gets with its real result. */
function compare(draft: Draft, partition: ModelPartition, lease: WaitingLease, items: readonly ModelItem[]): void {
  const { output, call } = lease
  if (output === undefined) return
  const given = `partition ${partition.number}: ${items.map(({ reference, attempts }) => `${reference}×${attempts}`).join(' ')}`
  if (typeof output === 'string' || !('leased' in output)) {
    contradict(draft, `lease #${call} would have got ${given}`)
    return
  }
  const same =
    output.partition === partition.number &&
    output.leased.length === items.length &&
    items.every(({ reference, attempts, leasedUntil }, place) => {
      const got = output.leased[place]
      return got?.reference === reference && got.attempts === attempts && got.leasedUntil === leasedUntil
    })
  if (!same) contradict(draft, `lease #${call} would have got ${given}, and not ${itemsText(output.leased)}`)
  else for (const [place, item] of items.entries()) learnId(draft, partition, item, output.leased[place]?.id ?? '')
}
