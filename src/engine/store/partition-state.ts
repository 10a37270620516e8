/** What can be seen of a partition. */
import type { Instant } from '../../clock/instant.js'
import type { Item } from './item.js'
import type { ItemCounts } from './item-counts.js'
import type { ItemIds } from './item-ids.js'
import { PartitionItems } from './partition-items.js'
import type { Surroundings } from './surroundings.js'

/** The items of a partition, and what can be seen of them without changing any. */
export class PartitionState {
  /** The number within the queue, from 0. */
  readonly number: number
  protected items: PartitionItems
  readonly #newItems: () => PartitionItems
  #ids: ItemIds
  #isAway = false
  #watcher: ((partition: this) => void) | undefined
  #hasNewChange = false

  constructor(number: number, ids: ItemIds, { memory, firstLook, changes }: Surroundings) {
    this.number = number
    this.#ids = ids
    this.#newItems = () => new PartitionItems({ memory, firstLook, changes, changed: () => this.changed() })
    this.items = this.#newItems()
  }

  /** The ids of its items. */
  get ids(): ItemIds {
    return this.#ids
  }

  /** Calls `changed` on the first change of counts or times, and on the first after each `seen`. */
  watch(changed: (partition: this) => void): void {
    this.#watcher = changed
  }

  /** Marks all changes so far as handled. */
  seen(): void {
    this.#hasNewChange = false
  }

  get counts(): ItemCounts {
    return this.items.counts
  }

  /** The number of items that can be leased now. */
  get leasable(): number {
    return this.#isAway ? 0 : this.counts.leasable
  }

  /** The number of leasable and scheduled items. A produce chooses its partition by it (docs/protocol/queue.md §7). */
  get unleased(): number {
    return this.#isAway ? Number.MAX_SAFE_INTEGER : this.counts.leasable + this.counts.scheduled
  }

  /** Whether a fault keeps produces and leases away from the partition. */
  get isAway(): boolean {
    return this.#isAway
  }

  set isAway(isAway: boolean) {
    this.#isAway = isAway
    this.changed()
  }

  /** When the next scheduled item comes due, or `Infinity`. */
  get nextDue(): Instant {
    return this.items.nextDue
  }

  /** When the lifecycle looks at this partition next, or `Infinity` if no look is planned. */
  get nextLook(): Instant {
    return this.items.nextLook
  }

  /** Whether an overdue item that stays hides later deadlines from future looks (docs/protocol/queue.md §8, R4). */
  get hidesDeadlines(): boolean {
    return this.items.hidesDeadlines
  }

  /** Returns the item with this id, scheduled or not, or `undefined`. */
  find(id: string): Item | undefined {
    const sequence = this.ids.sequence(id)
    return sequence === undefined ? undefined : this.items.get(sequence)
  }

  /** Returns a page of scheduled items, or of all others, sorted by id from `from` on. */
  page(which: 'queued' | 'scheduled', from: string | undefined, limit: number): Item[] {
    return this.items.page(which, from === undefined ? 0 : this.ids.sequenceFrom(from), limit)
  }

  /** Begins anew with these ids. It must be empty. */
  protected renew(ids: ItemIds): void {
    this.#ids = ids
    this.items = this.#newItems()
  }

  /** Call when counts or times have changed. */
  protected changed(): void {
    if (this.#hasNewChange || this.#watcher === undefined) return
    this.#hasNewChange = true
    this.#watcher(this)
  }
}
