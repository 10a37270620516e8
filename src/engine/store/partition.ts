/** A partition (docs/protocol/queue.md §1 and §11, admin.md §11). */
import type { Instant } from '../../clock/instant.js'
import { type Address, type Consumer, EVENT_KINDS, KIND } from '../events/event-kinds.js'
import type { EventRecord } from '../events/record.js'
import type { DeadlineGroup } from './deadline-groups.js'
import type { Item } from './item.js'
import type { ItemCounts } from './item-counts.js'
import type { ItemIds } from './item-ids.js'
import type { QueueMemory } from './memory-budget.js'
import { PartitionItems } from './partition-items.js'

/** What a partition needs of its daemon. */
export interface Surroundings {
  readonly record: EventRecord
  readonly memory: QueueMemory
  /** When the lifecycle looks at it first. */
  readonly firstLook: Instant
}

/**
 * One partition: the items of a queue that share an order.
 *
 * An operation changes an item and records what happened to it, so that neither can be forgotten.
 */
export class Partition {
  /** 0 for the first of its queue. */
  readonly number: number
  readonly ids: ItemIds
  /** How often each kind of event happened here, by its number. */
  readonly tally = new Float64Array(EVENT_KINDS.length)
  readonly #record: EventRecord
  readonly #address: Address
  readonly #items: PartitionItems
  readonly #sourceIds = new Set<string>()
  #watcher: ((partition: Partition) => void) | undefined
  #hasNewChange = false

  constructor(address: Omit<Address, 'partition' | 'ids'>, number: number, ids: ItemIds, surroundings: Surroundings) {
    this.number = number
    this.ids = ids
    this.#record = surroundings.record
    this.#items = new PartitionItems(surroundings.memory, surroundings.firstLook, () => this.#changed())
    this.#address = { queue: address.queue, queueId: address.queueId, partition: number, ids }
  }

  /** Calls `changed` with the first change of counts or times, and then with the first after `seen`. */
  watch(changed: (partition: Partition) => void): void {
    this.#watcher = changed
  }

  /** Marks all changes so far as handled. */
  seen(): void {
    this.#hasNewChange = false
  }

  get counts(): ItemCounts {
    return this.#items.counts
  }

  /** How many items could be leased now. */
  get leasable(): number {
    return this.counts.leasable
  }

  /** How many items count when a produce chooses a partition: leasable and scheduled ones (docs/protocol/queue.md §7). */
  get unleased(): number {
    return this.counts.leasable + this.counts.scheduled
  }

  /** When the next scheduled item comes due. `Infinity` when there is none. */
  get nextDue(): Instant {
    return this.#items.nextDue
  }

  /** When the lifecycle looks at this partition next. `Infinity` when nothing asks for it. */
  get nextLook(): Instant {
    return this.#items.nextLook
  }

  /** Whether an overdue item that stays hides later deadlines from the looks to come (docs/protocol/queue.md §8, R4). */
  get hidesDeadlines(): boolean {
    return this.#items.hidesDeadlines
  }

  /** The item with this id, scheduled or not. Undefined when there is none. */
  find(id: string): Item | undefined {
    const sequence = this.ids.sequence(id)
    return sequence === undefined ? undefined : this.#items.get(sequence)
  }

  /** A page of items that are not scheduled, or of those that are, by ascending id from `from`. */
  page(which: 'queued' | 'scheduled', from: string | undefined, limit: number): Item[] {
    return this.#items.page(which, from === undefined ? 0 : this.ids.sequenceFrom(from), limit)
  }

  /** Whether an item with this source id is here, or ended here without being taken out (docs/protocol/admin.md §11). */
  hasSource(sourceId: string): boolean {
    return this.#sourceIds.has(sourceId)
  }

  /** Adds an item that a producer sent. */
  produce(item: Item, now: Instant): void {
    this.#items.add(item)
    this.#note(KIND.produced, item, now)
    if (item.scheduled) this.#note(KIND.scheduled, item, now, item.until.at)
  }

  /** Adds an item as an import gives it. */
  import(item: Item, now: Instant): void {
    this.#add(item)
    this.#note(KIND.imported, item, now)
  }

  /** Adds the copy of an item that ended in another queue. The queue where it ended records that. */
  takeCopy(item: Item): void {
    this.#add(item)
  }

  /** Leases the first free item until `end`. Returns undefined if none is free. */
  leaseFirst(consumer: Consumer, end: DeadlineGroup, now: Instant): Item | undefined {
    const item = this.#items.leaseFirst(end)
    if (item === undefined) return undefined
    item.holder = consumer
    this.#note(KIND.leased, item, now, end.at)
    return item
  }

  /** Removes an item that its consumer has completed. */
  complete(item: Item, now: Instant): void {
    this.#remove(item)
    this.#note(KIND.completed, item, now)
  }

  /** Gives an item back under a new id, at the tail. */
  retry(item: Item, now: Instant): void {
    this.#items.free(item)
    this.#note(KIND.retried, item, now)
  }

  /** Gives an item back that comes due at `at`. It keeps its id until then. */
  retryLater(item: Item, at: Instant, now: Instant): void {
    this.#items.schedule(item, at)
    this.#note(KIND.retried, item, now)
    this.#note(KIND.scheduled, item, now, at)
  }

  /** Removes an item that its consumer gave back as dead (docs/protocol/queue.md §6). */
  retryDead(item: Item, now: Instant): void {
    this.#remove(item)
    this.#note(KIND.retried, item, now)
    this.#note(KIND.deleted, item, now)
  }

  /** Removes an item on request. */
  delete(item: Item, now: Instant): void {
    this.#remove(item)
    this.#note(KIND.deleted, item, now)
  }

  /** Removes every item that `which` accepts (docs/protocol/queue.md §11). Takes time in proportion to the size of the partition. */
  clear(which: (item: Item) => boolean, now: Instant): void {
    for (const item of this.#items.all()) {
      if (!which(item)) continue
      this.#remove(item)
      this.#note(KIND.cleared, item, now)
    }
  }

  /** Makes the scheduled items that are due leasable, in the order of their deadlines and then of their ids. */
  comeDue(now: Instant): void {
    for (const item of this.#items.takeDue(now)) {
      const due = item.until.at
      this.#items.free(item)
      this.#note(KIND['item-due'], item, due)
    }
  }

  /** Ends the lease of an item: it is free under a new id, at the tail. */
  endLease(item: Item): void {
    const end = item.until.at
    this.#items.free(item)
    this.#note(KIND['lease-expired'], item, end)
  }

  /** Removes an item whose last lease ran out. Its source id stays taken. */
  exhaust(item: Item): void {
    const end = item.until.at
    this.#note(KIND['lease-expired'], item, end)
    this.#note(KIND['attempts-exhausted'], item, end)
    this.#items.remove(item)
  }

  /** Removes an item whose life has ended. Its source id stays taken. */
  expire(item: Item): void {
    this.#note(KIND['item-expired'], item, item.life.at)
    this.#items.remove(item)
  }

  /** Records that a dead letter queue took a copy of an item that ended, by its lease or by its life. */
  copied(item: Item, endedBy: 'lease' | 'life', deadQueue: Address): void {
    const end = endedBy === 'lease' ? item.until.at : item.life.at
    // One that stayed may be copied again. It ended only once.
    if (!item.copiedToDeadQueue) this.#note(KIND[endedBy === 'lease' ? 'lease-expired' : 'item-expired'], item, end)
    item.copiedToDeadQueue = true
    this.#note(KIND['dead-lettered'], item, end, undefined, deadQueue)
  }

  /** Removes an item of which a dead letter queue has a copy. */
  removeCopied(item: Item): void {
    this.#remove(item)
  }

  /** Asks the lifecycle for a look at `deadline`, unless one comes sooner. */
  askForLook(deadline: Instant): void {
    this.#items.askForLook(deadline)
  }

  /** Starts a look of the lifecycle: returns every item whose deadline has passed, in storage order. */
  look(now: Instant): Item[] {
    return this.#items.look(now)
  }

  /** Ends a look that left `stay` of the overdue items as they were. */
  looked(stay: readonly Item[]): void {
    this.#items.looked(stay)
  }

  #add(item: Item): void {
    if (item.sourceId !== '') this.#sourceIds.add(item.sourceId)
    this.#items.add(item)
  }

  /** Removes an item whose source id may come again. */
  #remove(item: Item): void {
    if (item.sourceId !== '') this.#sourceIds.delete(item.sourceId)
    this.#items.remove(item)
  }

  #note(kind: number, item: Item, time: Instant, until?: Instant, deadQueue?: Address): void {
    this.tally[kind] = (this.tally[kind] as number) + 1
    this.#record.item(kind, time, this.#address, item, until, deadQueue)
  }

  #changed(): void {
    if (this.#hasNewChange || this.#watcher === undefined) return
    this.#hasNewChange = true
    this.#watcher(this)
  }
}
