/** The items that a fault chooses for a lease, and leases that it ends. */
import type { Instant } from '../../clock/instant.js'
import { lookAt } from '../lifecycle/lifecycle.js'
import type { QueueRules } from '../lifecycle/queue-rules.js'
import type { Choice, LeaseRequest } from '../serving/waiting-leases.js'
import type { Item } from '../store/item.js'
import type { Partition } from '../store/partition.js'

/** How many items from the head are looked at for fresh ones at first. */
const MOST_SEEN = 100

/** Items of one partition. */
export interface ChosenItems {
  readonly partition: Partition
  readonly items: readonly Item[]
}

/**
 * Returns the items for a lease, of the partition that has the most of them. `undefined` if the fault can change nothing: nobody else
 * holds an item that may be leased again, there are not two free items to swap, or none is fresh.
 */
export function chosenFor(
  { choice, clientId, batchSize }: LeaseRequest,
  partitions: readonly Partition[],
  maxAttempts: number,
): ChosenItems | undefined {
  if (choice === undefined) return undefined
  let best: ChosenItems | undefined
  for (const partition of partitions) {
    if (partition.isAway) continue
    const items = itemsFor(choice, partition, clientId, maxAttempts)
    if (items.length > (best?.items.length ?? 0)) best = { partition, items }
  }
  return best && { partition: best.partition, items: best.items.slice(0, batchSize) }
}

function itemsFor(choice: Choice, partition: Partition, clientId: string, maxAttempts: number): Item[] {
  const page = (most: number) => partition.page('queued', undefined, most)
  switch (choice.of) {
    case 'held':
      return heldByOthers(page(Number.POSITIVE_INFINITY), choice, clientId, maxAttempts)
    case 'last':
      return fromTheTail(page(Number.POSITIVE_INFINITY))
    case 'fresh':
      return fresh(page, maxAttempts)
  }
}

/** An item without attempts left would go to the dead letter queue, and nobody would get it. */
function heldByOthers(all: readonly Item[], { reference }: Choice, clientId: string, maxAttempts: number): Item[] {
  return all.filter((item) => {
    const isOther = item.leased && item.holder !== undefined && item.holder.clientId !== clientId
    const hasAttempts = maxAttempts === 0 || item.attempts < maxAttempts
    return isOther && hasAttempts && (reference === undefined || item.reference === reference)
  })
}

/** An item that nobody else may lease afterwards is left alone. */
function fresh(page: (most: number) => readonly Item[], maxAttempts: number): Item[] {
  if (maxAttempts === 1) return []
  const among = (items: readonly Item[]) =>
    items.filter(({ state, attempts }) => state === 'leasable' && attempts === 0)
  const first = page(MOST_SEEN)
  const found = among(first)
  // Rarely, all of the first are leased.
  return found.length > 0 || first.length < MOST_SEEN ? found : among(page(Number.POSITIVE_INFINITY))
}

function fromTheTail(all: readonly Item[]): Item[] {
  const free = all.filter(({ state }) => state === 'leasable')
  return free.length < 2 ? [] : free.reverse()
}

/** Lets the leases of items run out now, whatever is left of them. What that leads to is the lifecycle's business. */
export function endLeases(partition: Partition, items: readonly Item[], rules: QueueRules, now: Instant): void {
  const leased = items.filter((item) => item.leased)
  if (leased.length === 0) return
  for (const item of leased) partition.cutLease(item, now)
  lookAt(partition, rules, now)
}
