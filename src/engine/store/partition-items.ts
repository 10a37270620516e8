/** The items of a partition. */
import type { ExactInstant } from '../../clock/exact-instant.js'
import type { Instant } from '../../clock/instant.js'
import { type DeadlineGroup, DeadlineGroups } from './deadline-groups.js'
import { DeadlineWatch } from './deadline-watch.js'
import type { Item } from './item.js'
import { ItemCounts } from './item-counts.js'
import { itemSize, type QueueMemory } from './memory-budget.js'
import { SequenceTable } from './sequence-table.js'

/**
 * The items of one partition, and what depends on them: their order, deadlines, counts, averages and memory.
 *
 * Each operation changes all of these together. It cannot fail halfway, because callers check everything before.
 */
export class PartitionItems {
  readonly counts = new ItemCounts()
  readonly #memory: QueueMemory
  /** Items that are not scheduled, in order. */
  readonly #queued = new SequenceTable()
  readonly #scheduled = new SequenceTable()
  readonly #deadlines: DeadlineWatch
  readonly #schedule = new DeadlineGroups()
  #lastSequence = -1
  /** No item before this number is leasable: items become leasable at the tail only. */
  #freeFrom = 0
  readonly #changed: () => void

  /** `changed` is called with every change of items or deadlines. */
  constructor(memory: QueueMemory, firstLook: Instant, changed: () => void) {
    this.#memory = memory
    this.#deadlines = new DeadlineWatch(firstLook)
    this.#changed = changed
  }

  /** The item with this number, scheduled or not. */
  get(sequence: number): Item | undefined {
    return this.#queued.get(sequence) ?? this.#scheduled.get(sequence)
  }

  /** A page of items that are not scheduled, or of those that are, in order from this number on. */
  page(which: 'queued' | 'scheduled', from: number, limit: number): Item[] {
    return this.#tableOf(which === 'scheduled').page(from, limit)
  }

  /** All items, scheduled ones last. */
  all(): Item[] {
    return [this.#queued, this.#scheduled].flatMap((table) => table.page(0, table.size))
  }

  /** Adds an item at the tail. */
  add(item: Item): void {
    item.sequence = ++this.#lastSequence
    this.#memory.add(itemSize(item))
    this.#attach(item)
    this.#changed()
  }

  /** Removes an item. */
  remove(item: Item): void {
    this.#detach(item)
    this.#memory.add(-itemSize(item))
    this.#changed()
  }

  /** Leases the first free item until `end`. Returns undefined if none is free. */
  leaseFirst(end: DeadlineGroup): Item | undefined {
    const item = this.#firstFree()
    if (item === undefined) return undefined
    this.#freeFrom = item.sequence + 1
    // It keeps its place, so only its state is counted and watched anew.
    const watched = this.#deadlines.keepsLife(item)
    this.#uncount(item)
    item.lease(end)
    if (!watched) this.#deadlines.addLife(item)
    this.#count(item)
    this.#changed()
    return item
  }

  /** Frees an item at the tail, under a new number. */
  free(item: Item): void {
    this.#detach(item)
    item.release()
    item.copiedToDeadQueue = false
    item.sequence = ++this.#lastSequence
    this.#attach(item)
    this.#changed()
  }

  /** Makes an item wait until `at`, under its number. */
  schedule(item: Item, at: Instant): void {
    this.#detach(item)
    item.schedule(at)
    this.#attach(item)
    this.#changed()
  }

  /** When the next scheduled item comes due. `Infinity` when there is none. */
  get nextDue(): Instant {
    return this.#schedule.next()
  }

  /** Returns scheduled items that are due, in the order of their deadlines and then of their numbers. */
  takeDue(now: Instant): Item[] {
    this.#changed()
    return this.#schedule
      .takeDue(now)
      .flatMap((group) => this.#scheduled.range(group.first, group.last, isUntil(group)))
  }

  /** When the lifecycle looks at this partition next. `Infinity` when nothing asks for it. */
  get nextLook(): Instant {
    return this.#deadlines.nextLook
  }

  /** Whether an overdue item that stays hides later deadlines from the looks to come (docs/protocol/queue.md §8, R4). */
  get hidesDeadlines(): boolean {
    return this.#deadlines.hidesDeadlines
  }

  /** Asks the lifecycle for a look at `deadline`, unless one comes sooner. */
  askForLook(deadline: Instant): void {
    this.#changed()
    this.#deadlines.askForLook(deadline)
  }

  /** Starts a look of the lifecycle: returns every item whose deadline has passed, in storage order. */
  look(now: Instant): Item[] {
    return this.#deadlines.look(this.#queued, now)
  }

  /** Ends a look that left `stay` of the overdue items as they were. */
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

  /** Puts an item in its place, and counts and watches it. */
  #attach(item: Item): void {
    this.#tableOf(item.scheduled).add(item)
    if (!item.scheduled) this.#deadlines.addLife(item)
    this.#count(item)
  }

  /** Takes an item out, before it changes its state or its number. */
  #detach(item: Item): void {
    const watched = !item.scheduled && this.#deadlines.keepsLife(item)
    this.#uncount(item)
    this.#tableOf(item.scheduled).remove(item.sequence)
    if (watched) this.#deadlines.removeLife(item)
  }

  /** Counts the item, and watches how long it stays in its state. */
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
