/** The items of a partition. */
import type { ExactInstant } from '../../clock/exact-instant.js'
import type { Instant } from '../../clock/instant.js'
import { DeadlineGroup, DeadlineGroups } from './deadline-groups.js'
import { DeadlineWatch } from './deadline-watch.js'
import type { Item } from './item.js'
import { ItemCounts } from './item-counts.js'
import { itemSize, type QueueMemory } from './memory-budget.js'
import type { Looks, PartitionChanges } from './partition-image.js'
import { SequenceTable } from './sequence-table.js'

/** The options of {@link PartitionItems}. */
interface PartitionItemsOptions {
  readonly memory: QueueMemory
  readonly firstLook: Instant
  readonly changes: PartitionChanges | undefined
  /** Called on every change of items or deadlines. */
  changed(): void
}

/**
 * The items of one partition, with their order, deadlines, counts, averages and memory.
 *
 * Each operation changes all of these together. It cannot fail halfway, because callers check everything first.
 */
export class PartitionItems {
  readonly counts = new ItemCounts()
  readonly #memory: QueueMemory
  /** Items in order, without scheduled ones. */
  readonly #queued = new SequenceTable()
  readonly #scheduled = new SequenceTable()
  readonly #deadlines: DeadlineWatch
  readonly #schedule = new DeadlineGroups()
  #lastSequence = -1
  /** No item before this sequence number is leasable: items become leasable at the tail only. */
  #freeFrom = 0
  readonly #changed: () => void
  readonly #lasting: PartitionChanges | undefined

  constructor({ memory, firstLook, changes, changed }: PartitionItemsOptions) {
    this.#memory = memory
    this.#deadlines = new DeadlineWatch(firstLook)
    this.#lasting = changes
    this.#changed = changed
  }

  /** The highest sequence number so far. -1 if there was none. */
  get lastSequence(): number {
    return this.#lastSequence
  }

  /** When the lifecycle looked last, and looks next. */
  get looks(): Looks {
    return { last: this.#deadlines.lastLook, next: this.#deadlines.nextLook }
  }

  /** Takes items that were in another partition, at their places. Call it before anything else. */
  restore(items: readonly Item[], lastSequence: number, looks: Looks): void {
    this.#deadlines.looksOn(looks.last, looks.next)
    this.#lastSequence = lastSequence
    for (const item of items) {
      this.#memory.add(itemSize(item))
      this.#attach(item)
    }
  }

  /** Returns the item with this sequence number, scheduled or not. */
  get(sequence: number): Item | undefined {
    return this.#queued.get(sequence) ?? this.#scheduled.get(sequence)
  }

  /** Returns a page of scheduled items, or of all others, in order from this sequence number on. */
  page(which: 'queued' | 'scheduled', from: number, limit: number): Item[] {
    return this.#tableOf(which === 'scheduled').page(from, limit)
  }

  /** Returns all items, scheduled ones last. */
  all(): Item[] {
    return [this.#queued, this.#scheduled].flatMap((table) => table.page(0, table.size))
  }

  /** Adds an item at the tail. */
  add(item: Item): void {
    item.sequence = ++this.#lastSequence
    this.#memory.add(itemSize(item))
    this.#attach(item)
    this.#lasting?.changed(item)
    this.#changed()
  }

  /** Removes an item. */
  remove(item: Item): void {
    this.#detach(item)
    this.#memory.add(-itemSize(item))
    this.#lasting?.gone(item.sequence)
    this.#changed()
  }

  /** Leases the first free item until `end`. Returns `undefined` if none is free. */
  leaseFirst(end: DeadlineGroup): Item | undefined {
    const item = this.#firstFree()
    if (item === undefined) return undefined
    this.#freeFrom = item.sequence + 1
    this.lease(item, end)
    return item
  }

  /** Leases this item, which must be free, until `end`. */
  lease(item: Item, end: DeadlineGroup): void {
    // The item keeps its place, so only its state is counted and watched again.
    const watched = this.#deadlines.keepsLife(item)
    this.#uncount(item)
    item.lease(end)
    if (!watched) this.#deadlines.addLife(item)
    this.#count(item)
    this.#lasting?.changed(item)
    this.#changed()
  }

  /** Ends the time of a lease at `end`. */
  cutLease(item: Item, end: Instant): void {
    this.#uncount(item)
    item.until = new DeadlineGroup(end, 0)
    this.#count(item)
    this.#lasting?.changed(item)
    this.#changed()
  }

  /** Marks an item whose copy is in a dead letter queue. */
  markCopied(item: Item): void {
    item.copiedToDeadQueue = true
    this.#lasting?.changed(item)
  }

  /** Frees an item at the tail, with a new sequence number. */
  free(item: Item): void {
    this.#detach(item)
    this.#lasting?.gone(item.sequence)
    item.release()
    item.copiedToDeadQueue = false
    item.sequence = ++this.#lastSequence
    this.#attach(item)
    this.#lasting?.changed(item)
    this.#changed()
  }

  /** Schedules an item for `at`. It keeps its sequence number. */
  schedule(item: Item, at: Instant): void {
    this.#detach(item)
    item.schedule(at)
    this.#attach(item)
    this.#lasting?.changed(item)
    this.#changed()
  }

  /** When the next scheduled item comes due, or `Infinity`. */
  get nextDue(): Instant {
    return this.#schedule.next()
  }

  /** Returns scheduled items that are due, in the order of their deadlines and then of their sequence numbers. */
  takeDue(now: Instant): Item[] {
    this.#changed()
    return this.#schedule
      .takeDue(now)
      .flatMap((group) => this.#scheduled.range(group.first, group.last, isUntil(group)))
  }

  /** When the lifecycle looks at this partition next, or `Infinity` if no look is planned. */
  get nextLook(): Instant {
    return this.#deadlines.nextLook
  }

  /** Whether an overdue item that stays hides later deadlines from future looks (docs/protocol/queue.md §8, R4). */
  get hidesDeadlines(): boolean {
    return this.#deadlines.hidesDeadlines
  }

  /** Requests a look of the lifecycle at `deadline`, unless an earlier one is planned. */
  askForLook(deadline: Instant): void {
    this.#changed()
    this.#deadlines.askForLook(deadline)
  }

  /** Starts a look of the lifecycle. Returns every item whose deadline has passed, in storage order. */
  look(now: Instant): Item[] {
    return this.#deadlines.look(this.#queued, now)
  }

  /** Ends a look after which the overdue items in `stay` are unchanged. */
  looked(stay: readonly Item[]): void {
    this.#changed()
    this.#deadlines.looked(stay)
  }

  #firstFree(): Item | undefined {
    if (this.counts.leasable === 0) return undefined
    let item = this.#queued.firstFrom(this.#freeFrom)
    while (item !== undefined && item.state !== 'leasable') item = this.#queued.firstFrom(item.sequence + 1)
    return item
  }

  #tableOf(scheduled: boolean): SequenceTable {
    return scheduled ? this.#scheduled : this.#queued
  }

  /** Adds an item to its table, and counts and watches it. */
  #attach(item: Item): void {
    this.#tableOf(item.scheduled).add(item)
    if (!item.scheduled) this.#deadlines.addLife(item)
    this.#count(item)
  }

  /** Removes an item from its table before its state or its sequence number changes. */
  #detach(item: Item): void {
    const watched = !item.scheduled && this.#deadlines.keepsLife(item)
    this.#uncount(item)
    this.#tableOf(item.scheduled).remove(item.sequence)
    if (watched) this.#deadlines.removeLife(item)
  }

  /** Counts an item, and watches the deadline of its state. */
  #count(item: Item): void {
    this.counts.add(item)
    if (item.scheduled) item.until = this.#schedule.join(item.sequence, item.until)
    else if (item.leased) this.#deadlines.addLease(item)
  }

  #uncount(item: Item): void {
    this.counts.remove(item)
    if (item.scheduled) this.#schedule.leave(item.until)
    else this.#deadlines.removeLease(item)
  }
}

function isUntil(group: ExactInstant): (item: Item) => boolean {
  return (item) => item.until === group
}
