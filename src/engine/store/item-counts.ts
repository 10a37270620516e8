/** The counts of a partition. */
import type { Instant } from '../../clock/instant.js'
import { AverageInstant } from './average.js'
import type { Item } from './item.js'

/** What stats tell of a partition (docs/protocol/queue.md §10). Ages in nanoseconds. */
export interface PartitionStats {
  readonly total: number
  readonly leased: number
  readonly scheduled: number
  readonly averageAge: bigint
  readonly averageLeasedAge: bigint
}

/** The counts and averages of a partition, kept with every change, so that nothing ever walks its items to count them. */
export class ItemCounts {
  readonly #created = new AverageInstant()
  readonly #leaseEnds = new AverageInstant()
  #leasable = 0
  #scheduled = 0

  /** How many items could be leased now. */
  get leasable(): number {
    return this.#leasable
  }

  /** How many items wait for their time. */
  get scheduled(): number {
    return this.#scheduled
  }

  /** Counts an item in the state in which it is. */
  add(item: Item): void {
    if (item.state === 'scheduled') {
      this.#scheduled++
      return
    }
    this.#created.add(item.createdAt, 0)
    if (item.state === 'leasable') this.#leasable++
    else this.#leaseEnds.add(item.until.at, item.until.early)
  }

  /** Takes an item out again, before its state changes. */
  remove(item: Item): void {
    if (item.state === 'scheduled') {
      this.#scheduled--
      return
    }
    this.#created.remove(item.createdAt, 0)
    if (item.state === 'leasable') this.#leasable--
    else this.#leaseEnds.remove(item.until.at, item.until.early)
  }

  /** How many items are not scheduled, leased ones counted in. */
  get total(): number {
    return this.#created.count
  }

  get leased(): number {
    return this.#leaseEnds.count
  }

  stats(now: Instant): PartitionStats {
    return {
      total: this.total,
      leased: this.leased,
      scheduled: this.#scheduled,
      averageAge: this.#created.behind(now),
      averageLeasedAge: -this.#leaseEnds.behind(now),
    }
  }
}
