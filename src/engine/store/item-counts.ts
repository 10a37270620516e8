/** The counts of a partition. */
import type { Instant } from '../../clock/instant.js'
import { AverageInstant } from './average.js'
import type { Item } from './item.js'

/** The stats of a partition (docs/protocol/queue.md §10). Ages are in nanoseconds. */
export interface PartitionStats {
  readonly total: number
  readonly leased: number
  readonly scheduled: number
  readonly averageAge: bigint
  readonly averageLeasedAge: bigint
}

/** The counts and averages of a partition. Each change updates them, so nothing walks the items to count them. */
export class ItemCounts {
  readonly #created = new AverageInstant()
  readonly #leaseEnds = new AverageInstant()
  #leasable = 0
  #scheduled = 0

  /** The number of items that can be leased now. */
  get leasable(): number {
    return this.#leasable
  }

  /** The number of scheduled items. */
  get scheduled(): number {
    return this.#scheduled
  }

  /** Counts an item in its current state. */
  add(item: Item): void {
    if (item.state === 'scheduled') {
      this.#scheduled++
      return
    }
    this.#created.add(item.createdAt, 0)
    if (item.state === 'leasable') this.#leasable++
    else this.#leaseEnds.add(item.until.at, item.until.early)
  }

  /** Stops counting an item. Call it before the state changes. */
  remove(item: Item): void {
    if (item.state === 'scheduled') {
      this.#scheduled--
      return
    }
    this.#created.remove(item.createdAt, 0)
    if (item.state === 'leasable') this.#leasable--
    else this.#leaseEnds.remove(item.until.at, item.until.early)
  }

  /** The number of items that are not scheduled, including leased ones. */
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
