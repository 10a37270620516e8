/** A partition (docs/protocol/queue.md §1 and §11, admin.md §11). */

import type { ExactInstant } from '../../clock/exact-instant.js'
import type { Instant } from '../../clock/instant.js'
import { badRequest } from '../../errors.js'
import { checkItemId } from '../../ids/ksuid.js'
import { type Address, type Consumer, EVENT_KINDS, KIND } from '../events/event-kinds.js'
import type { EventRecord } from '../events/record.js'
import { type DeadlineGroup, DeadlineGroups } from './deadline-groups.js'
import { DeadlineWatch } from './deadline-watch.js'
import type { Item, ItemState } from './item.js'
import { ItemCounts, type PartitionStats } from './item-counts.js'
import { type Edit, free, lease, number, schedule } from './item-edits.js'
import type { ItemIds } from './item-ids.js'
import { itemSize, type QueueMemory } from './memory-budget.js'
import { SequenceTable } from './sequence-table.js'

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
 * Every change of an item goes through `#commit`, which keeps order, deadlines, counts and averages together. Callers decide before what
 * to change, so nothing here can fail halfway through a change.
 */
export class Partition {
  /** 0 for the first of its queue. */
  readonly number: number
  readonly ids: ItemIds
  readonly counts = new ItemCounts()
  /** How often each kind of event happened here, by its number. */
  readonly tally = new Float64Array(EVENT_KINDS.length)
  readonly #record: EventRecord
  readonly #memory: QueueMemory
  readonly #address: Address
  /** Items that are not scheduled, in order. */
  readonly #queued = new SequenceTable()
  readonly #scheduled = new SequenceTable()
  readonly #deadlines: DeadlineWatch
  readonly #schedule = new DeadlineGroups()
  readonly #sourceIds = new Set<string>()
  #lastSequence = -1
  /** No item before this number is leasable: items become leasable at the tail only. */
  #freeFrom = 0
  #changed: ((partition: Partition) => void) | undefined
  #toldOfChange = false

  constructor(address: Omit<Address, 'partition' | 'ids'>, number: number, ids: ItemIds, surroundings: Surroundings) {
    this.number = number
    this.ids = ids
    this.#deadlines = new DeadlineWatch(surroundings.firstLook)
    this.#record = surroundings.record
    this.#memory = surroundings.memory
    this.#address = { queue: address.queue, queueId: address.queueId, partition: number, ids }
  }

  /** Calls `changed` with the first change of counts or times, and then with the first after `seen`. */
  watch(changed: (partition: Partition) => void): void {
    this.#changed = changed
  }

  /** Marks all changes so far as handled. */
  seen(): void {
    this.#toldOfChange = false
  }

  /** Notes what has happened to an item of this partition, by the number of its kind. */
  note(kind: number, item: Item, time: Instant, until?: Instant, deadQueue?: Address): void {
    this.tally[kind] = (this.tally[kind] as number) + 1
    this.#record.item(kind, time, this.#address, item, until, deadQueue)
  }

  /** How many items could be leased now. */
  get leasable(): number {
    return this.counts.leasable
  }

  /** How many items count when a produce chooses a partition: leasable and scheduled ones (docs/protocol/queue.md §7). */
  get unleased(): number {
    return this.counts.leasable + this.counts.scheduled
  }

  /** When the next scheduled item comes due; `Infinity` when there is none. */
  get nextDue(): Instant {
    return this.#schedule.next()
  }

  /** When the lifecycle looks at this partition next; `Infinity` when nothing asks for it. */
  get nextLook(): Instant {
    return this.#deadlines.nextLook
  }

  /** Whether an overdue item that stays hides later deadlines from the looks to come (docs/protocol/queue.md §8, R4). */
  get hidesDeadlines(): boolean {
    return this.#deadlines.hidesDeadlines
  }

  /** The item with this id, scheduled or not; undefined when there is none. */
  find(id: string): Item | undefined {
    const sequence = this.ids.sequence(id)
    if (sequence === undefined) return undefined
    return this.#queued.get(sequence) ?? this.#scheduled.get(sequence)
  }

  /** The item with this id, which must be leased. @throws 400, see docs/protocol/queue.md §5 */
  leasedItem(id: string, verb: 'completed' | 'retried'): Item {
    const item = this.find(id)
    if (item?.state === 'leased') return item
    checkItemId(id)
    if (item === undefined || item.scheduled) throw badRequest(`invalid storage id; '${id}' does not exist`)
    throw badRequest(`item(s) cannot be ${verb}; '${id}' is not marked as leased`)
  }

  /** Whether an item with this source id is here, or was and has not been released (docs/protocol/admin.md §11). */
  hasSource(sourceId: string): boolean {
    return this.#sourceIds.has(sourceId)
  }

  /** Adds an item at the tail. */
  add(item: Item): void {
    if (item.sourceId !== '') this.#sourceIds.add(item.sourceId)
    this.#commit(undefined, item, number, ++this.#lastSequence)
  }

  /** Leases the first free item until `end`; undefined when none is free. */
  leaseFirst(consumer: Consumer, end: DeadlineGroup, now: Instant): Item | undefined {
    const item = this.#firstFree()
    if (item === undefined) return undefined
    this.#freeFrom = item.sequence + 1
    this.#commit(item.state, item, lease, end)
    item.holder = consumer
    this.note(KIND.leased, item, now, end.at)
    return item
  }

  /** Frees an item under a new id, at the tail. */
  moveToTail(item: Item): void {
    this.#commit(item.state, item, free, ++this.#lastSequence)
  }

  /** Makes an item wait until `at`, under its id. */
  schedule(item: Item, at: Instant): void {
    this.#commit(item.state, item, schedule, at)
  }

  /** Removes an item that its owner is done with; its source id may come again. */
  release(item: Item): void {
    if (item.sourceId !== '') this.#sourceIds.delete(item.sourceId)
    this.#commit(item.state, item, undefined, undefined)
  }

  /** Removes an item at the end of its life; its source id stays taken. */
  expire(item: Item): void {
    this.#commit(item.state, item, undefined, undefined)
  }

  /** Scheduled items that are due, in the order of their deadlines and then of their ids. */
  dueItems(now: Instant): Item[] {
    this.#tellOfChange()
    return this.#schedule
      .takeDue(now)
      .flatMap((group) => this.#scheduled.range(group.first, group.last, isUntil(group)))
  }

  /** A page of items that are not scheduled, or of those that are, by ascending id from `from`. */
  page(which: 'queued' | 'scheduled', from: string | undefined, limit: number): Item[] {
    const table = which === 'queued' ? this.#queued : this.#scheduled
    return table.page(from === undefined ? 0 : this.ids.sequenceFrom(from), limit)
  }

  /** Removes whatever `which` accepts (docs/protocol/queue.md §11). Costs the size of the partition. */
  clear(which: (item: Item) => boolean, now: Instant): void {
    for (const table of [this.#queued, this.#scheduled]) {
      for (const item of table.page(0, table.size)) {
        if (!which(item)) continue
        this.release(item)
        this.note(KIND.cleared, item, now)
      }
    }
  }

  stats(now: Instant): PartitionStats {
    return this.counts.stats(now)
  }

  /** Asks the lifecycle for a look at `deadline`, unless one comes sooner. */
  askForLook(deadline: Instant): void {
    this.#tellOfChange()
    this.#deadlines.askForLook(deadline)
  }

  /** Starts a look of the lifecycle: returns every item whose deadline has passed, in storage order. */
  look(now: Instant): Item[] {
    return this.#deadlines.look(this.#queued, now)
  }

  /** Ends a look that left `stay` of the overdue items as they were. */
  looked(stay: readonly Item[]): void {
    this.#tellOfChange()
    this.#deadlines.looked(stay)
  }

  #firstFree(): Item | undefined {
    if (this.leasable === 0) return undefined
    let item = this.#queued.firstFrom(this.#freeFrom)
    while (item !== undefined && item.state !== 'leasable') item = this.#queued.firstFrom(item.sequence + 1)
    return item
  }

  /** The one place where an item is added (it had no state `before`), changed, or removed (there is no `edit`). */
  #commit<T>(before: ItemState | undefined, item: Item, edit: Edit<T> | undefined, value: T): void {
    const { sequence } = item
    const wasQueued = before !== undefined && before !== 'scheduled'
    const watched = wasQueued && this.#deadlines.keepsLife(item)
    if (before !== undefined) this.#uncount(item)
    edit?.(item, value)
    const stays = edit !== undefined
    const keepsPlace = sequence === item.sequence && (before === 'scheduled') === item.scheduled
    const moved = before === undefined || !stays || !keepsPlace
    if (moved && before !== undefined) this.#table(before).remove(sequence)
    if (moved && stays) this.#table(item.state).add(item)
    const queued = stays && !item.scheduled
    if (watched && (moved || !queued)) this.#deadlines.removeLife(item)
    if (queued && (moved || !watched)) this.#deadlines.addLife(item)
    if (stays) this.#count(item)
    if (before === undefined) this.#memory.add(itemSize(item))
    else if (!stays) this.#memory.add(-itemSize(item))
    this.#tellOfChange()
  }

  #tellOfChange(): void {
    if (this.#toldOfChange || this.#changed === undefined) return
    this.#toldOfChange = true
    this.#changed(this)
  }

  #table(state: ItemState): SequenceTable {
    return state === 'scheduled' ? this.#scheduled : this.#queued
  }

  /** Counts the item, and watches how long it stays in its state. */
  #count(item: Item): void {
    this.counts.add(item)
    if (item.state === 'scheduled') item.until = this.#schedule.join(item.sequence, item.until)
    else if (item.state === 'leased') this.#deadlines.addLease(item)
  }

  #uncount(item: Item): void {
    this.counts.remove(item)
    if (item.state === 'scheduled') this.#schedule.leave(item.until)
    else this.#deadlines.removeLease(item)
  }
}

function isUntil(group: ExactInstant): (item: Item) => boolean {
  return (item) => item.until === group
}
