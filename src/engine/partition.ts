/**
 * One partition: the items of a queue that share an order (contract: queue.md §1 and §11, admin.md §11).
 *
 * Every change of an item goes through `#commit`, which keeps order, deadlines, counts and averages together. What a
 * call asks for is decided before; nothing here can fail halfway through a change.
 */

import type { ExactInstant } from '../clock/duration.js'
import { type Instant, NEVER } from '../clock/instant.js'
import { badRequest } from '../errors.js'
import { checkItemId } from '../ids/ksuid.js'
import { type DeadlineGroup, DeadlineGroups } from './deadline-groups.js'
import { type Address, type Consumer, EVENT_KINDS, KIND } from './event-kinds.js'
import type { Item, ItemState } from './item.js'
import { ItemCounts, type PartitionStats } from './item-counts.js'
import { type Edit, free, lease, leaveAsItIs, noteCopy, number, schedule } from './item-edits.js'
import type { ItemIds } from './item-ids.js'
import type { EventRecord } from './record.js'
import { SequenceTable } from './sequence-table.js'

/** See the head of this file. */
export class Partition {
  /** 0 for the first of its queue. */
  readonly number: number
  readonly ids: ItemIds
  readonly counts = new ItemCounts()
  /** How often each kind of event happened here, by its number. */
  readonly tally = new Float64Array(EVENT_KINDS.length)
  readonly #record: EventRecord
  readonly #address: Address
  /** Items that are not scheduled, in order. */
  readonly #queued = new SequenceTable()
  readonly #scheduled = new SequenceTable()
  readonly #leases = new DeadlineGroups()
  readonly #lives = new DeadlineGroups()
  readonly #schedule = new DeadlineGroups()
  /** Items with a deadline that the last lifecycle run had already passed; the next run looks at them. */
  readonly #overdue = new Set<Item>()
  readonly #sourceIds = new Set<string>()
  #lastSequence = -1
  /** No item before this number is leasable: items become leasable at the tail only. */
  #freeFrom = 0
  #lastRun: Instant = Number.NEGATIVE_INFINITY
  #askedRun: Instant = NEVER

  constructor({ queue, queueId }: Address, number: number, ids: ItemIds, record: EventRecord) {
    this.number = number
    this.ids = ids
    this.#record = record
    this.#address = { queue, queueId, partition: number, ids }
  }

  /** Notes what has happened to an item of this partition, by the number of its kind. */
  note(kind: number, item: Item, time: Instant, until?: Instant, deadQueue?: Address): void {
    ;(this.tally[kind] as number)++
    this.#record.item(kind, time, this.#address, item, until, deadQueue)
  }

  /** How many items could be leased now. */
  get leasable(): number {
    return this.counts.leasable
  }

  /** How many items count when a produce chooses a partition: leasable and scheduled ones (contract: queue.md §7). */
  get unleased(): number {
    return this.counts.leasable + this.counts.scheduled
  }

  /** When the next scheduled item comes due; `Infinity` when there is none. */
  get nextDue(): Instant {
    return this.#schedule.next()
  }

  /**
   * When the lifecycle looks at this partition next; see lifecycle.ts. A run that was asked for by a lease which has
   * ended since would find nothing, so it is put off to the earliest deadline that is left.
   */
  get nextRun(): Instant {
    if (this.#overdue.size > 0) return this.#askedRun
    return Math.max(this.#askedRun, Math.min(this.#leases.next(), this.#lives.next()))
  }

  /** The item with this id, scheduled or not; undefined when there is none. */
  find(id: string): Item | undefined {
    const sequence = this.ids.sequence(id)
    if (sequence === undefined) return undefined
    return this.#queued.get(sequence) ?? this.#scheduled.get(sequence)
  }

  /** The item with this id, which must be leased. @throws 400 as the contract says (queue.md §5) */
  leasedItem(id: string, verb: 'completed' | 'retried'): Item {
    const item = this.find(id)
    if (item?.state === 'leased') return item
    checkItemId(id)
    if (item === undefined || item.scheduled) throw badRequest(`invalid storage id; '${id}' does not exist`)
    throw badRequest(`item(s) cannot be ${verb}; '${id}' is not marked as leased`)
  }

  /** Whether an item with this source id is here, or was and has not been released (contract: admin.md §11). */
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

  /** Notes that a copy of an item whose life is over is in the dead letter queue; the item keeps its place. */
  markCopied(item: Item): void {
    this.#commit(item.state, item, noteCopy, undefined)
  }

  /** Scheduled items that are due, in the order of their deadlines and then of their ids. */
  dueItems(now: Instant): Item[] {
    return this.#schedule
      .takeDue(now)
      .flatMap((group) => this.#scheduled.range(group.first, group.last, isUntil(group)))
  }

  /** A page of what is not scheduled, or of what is, by ascending id from `from`. */
  page(which: 'queued' | 'scheduled', from: string | undefined, limit: number): Item[] {
    const table = which === 'queued' ? this.#queued : this.#scheduled
    return table.page(from === undefined ? 0 : this.ids.sequenceFrom(from), limit)
  }

  /** Removes whatever `which` accepts (contract: queue.md §11). Costs the size of the partition. */
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

  /** Asks for a lifecycle run at `deadline`, when that is ahead and sooner than the run already asked for. */
  wantRun(deadline: Instant, now: Instant): void {
    if (deadline > now) this.#askedRun = Math.min(this.#askedRun, deadline)
  }

  /** A run that was put off because there was nothing to do, and whose time has passed, is not made up for later. */
  dropPassedRun(now: Instant): void {
    if (this.#askedRun <= now) this.#askedRun = Math.min(this.#leases.next(), this.#lives.next())
  }

  /** Starts a lifecycle run: answers the items with a deadline that has passed, and forgets those deadlines. */
  beginRun(now: Instant): Item[] {
    const due = [...this.#overdue]
    const known = new Set(due)
    this.#overdue.clear()
    const leased = this.#leases.takeDue(now)
    const lived = this.#lives.takeDue(now)
    this.#lastRun = now
    for (const group of leased) {
      for (const item of this.#queued.range(group.first, group.last, isUntil(group))) {
        if (!known.has(item)) due.push(item)
      }
    }
    for (const group of lived) {
      for (const item of this.#queued.range(group.first, group.last, (one) => one.life === group)) {
        // Whose lease has ended too is in the list already.
        if (!known.has(item) && !(item.leased && item.until.at <= now)) due.push(item)
      }
    }
    return due
  }

  /** Ends a lifecycle run. The next one looks again at items that were due and had to be left as they were. */
  endRun(left: Item[]): void {
    for (const item of left) this.#commit(item.state, item, leaveAsItIs, undefined)
    this.#askedRun = Math.min(this.#leases.next(), this.#lives.next())
  }

  #firstFree(): Item | undefined {
    if (this.leasable === 0) return undefined
    let item = this.#queued.firstFrom(this.#freeFrom)
    while (item !== undefined && item.state !== 'leasable') item = this.#queued.firstFrom(item.sequence + 1)
    return item
  }

  /** The one place in which an item is added (it had no state `before`), changed, or removed (there is no `edit`). */
  #commit<T>(before: ItemState | undefined, item: Item, edit: Edit<T> | undefined, value: T): void {
    const { sequence } = item
    const watched = before !== undefined && isAlive(item) && this.#lives.keeps(item.life)
    if (before !== undefined) this.#uncount(item)
    edit?.(item, value)
    const stays = edit !== undefined
    const keepsPlace = sequence === item.sequence && (before === 'scheduled') === item.scheduled
    const moved = before === undefined || !stays || !keepsPlace
    if (moved && before !== undefined) this.#table(before).remove(sequence)
    if (moved && stays) this.#table(item.state).add(item)
    const lives = stays && isAlive(item)
    if (watched && (moved || !lives)) this.#lives.leave(item.life)
    if (lives && (moved || !watched)) this.#watchLife(item)
    if (stays) this.#count(item)
  }

  #table(state: ItemState): SequenceTable {
    return state === 'scheduled' ? this.#scheduled : this.#queued
  }

  /** Counts the item, and watches how long it stays in its state. */
  #count(item: Item): void {
    this.counts.add(item)
    if (item.state === 'scheduled') item.until = this.#schedule.join(item.sequence, item.until)
    else if (item.state !== 'leased') return
    else if (item.until.at <= this.#lastRun) this.#overdue.add(item)
    else item.until = this.#leases.join(item.sequence, item.until)
  }

  #uncount(item: Item): void {
    this.counts.remove(item)
    if (this.#overdue.size > 0) this.#overdue.delete(item)
    if (item.state === 'scheduled') this.#schedule.leave(item.until)
    else if (item.state === 'leased') this.#leases.leave(item.until)
  }

  #watchLife(item: Item): void {
    if (item.life.at <= this.#lastRun) this.#overdue.add(item)
    else item.life = this.#lives.join(item.sequence, item.life)
  }
}

/** Whether the end of the item's life is watched. The server leaves a copied item alone for as long as nobody leases it. */
function isAlive(item: Item): boolean {
  return item.state !== 'scheduled' && (!item.copiedToDeadQueue || item.leased)
}

function isUntil(group: ExactInstant): (item: Item) => boolean {
  return (item) => item.until === group
}
