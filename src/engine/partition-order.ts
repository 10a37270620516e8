/**
 * Which partition gets a produce or a lease (contract: queue.md §7): a list ordered by load, fewest unleased items
 * first, ties staying as they were.
 */
import type { Partition } from './partition.js'

/** See the head of this file. */
export class PartitionOrder {
  readonly #ordered: Partition[]

  constructor(partitions: readonly Partition[]) {
    this.#ordered = [...partitions]
  }

  /** The partition that takes a produce; undefined when the queue has none. */
  forProduce(): Partition | undefined {
    return this.#ordered[0]
  }

  /** Puts the list in order again, after a change of what partitions hold. */
  sort(): void {
    sortByLoad(this.#ordered, (partition) => partition.unleased)
  }

  /** Begins to assign waiting leases, as if each took what it can as soon as it is assigned. */
  assign(): LeaseAssignment {
    return new LeaseAssignment(this.#ordered)
  }
}

/** One round in which waiting leases are shared out among the partitions. */
export class LeaseAssignment {
  readonly #ordered: Partition[]
  readonly #left = new Map<Partition, number>()
  readonly #assigned = new Map<Partition, number>()

  constructor(ordered: Partition[]) {
    this.#ordered = ordered
    for (const partition of ordered) this.#left.set(partition, partition.leasable)
  }

  /**
   * Chooses the partition with the most leasable items left, of equal ones the last in the list, for a lease of
   * `batchSize`. Undefined when neither this nor any further lease can get an item.
   */
  next(batchSize: number): Partition | undefined {
    let chosen: Partition | undefined
    let most = 0
    for (const partition of this.#ordered) {
      const left = this.#left.get(partition) as number
      if (left >= most) {
        chosen = partition
        most = left
      }
    }
    if (chosen === undefined) return undefined
    // Once nothing is left the choice stays; a partition serves at most as many leases as it has items.
    const served = this.#assigned.get(chosen) ?? 0
    if (most === 0 && served >= chosen.leasable) return undefined
    this.#assigned.set(chosen, served + 1)
    this.#left.set(chosen, Math.max(0, most - batchSize))
    const left = (partition: Partition) => this.#left.get(partition) as number
    sortByLoad(this.#ordered, (partition) => partition.unleased - partition.leasable + left(partition))
    return chosen
  }
}

/** A stable insertion sort: the list is nearly in order whenever it is called. */
function sortByLoad(list: Partition[], load: (partition: Partition) => number): void {
  for (let index = 1; index < list.length; index++) {
    const partition = list[index] as Partition
    const own = load(partition)
    let place = index
    while (place > 0 && load(list[place - 1] as Partition) > own) {
      list[place] = list[place - 1] as Partition
      place--
    }
    list[place] = partition
  }
}
