/**
 * One partition: the items of a queue that share an order (contract: queue.md §1 and §11, admin.md §11).
 *
 * Every change of an item goes through `#commit`, which keeps order, deadlines, counts and averages together. What a
 * call asks for is decided before; nothing here can fail halfway through a change.
 */

import type { ExactInstant } from '../clock/duration.js'
import { type Instant, NEVER } from '../clock/instant.js'
import { badRequest } from '../errors.js'
import { AverageInstant } from './average.js'
import { FreeList } from './free-list.js'
import type { Item, ItemState } from './item.js'
import { dueDeadlines, expireDeadlines, leaseDeadlines } from './item-deadlines.js'
import { checkItemId, type ItemIds } from './item-ids.js'
import { SequenceTable } from './sequence-table.js'

/** What happens to an item in a commit. */
type Change = 'added' | 'changed' | 'removed'

/** What stats tell of a partition (contract: queue.md §10). Ages in nanoseconds. */
export interface PartitionStats {
  readonly total: number
  readonly leased: number
  readonly scheduled: number
  readonly averageAge: bigint
  readonly averageLeasedAge: bigint
}

/** See the head of this file. */
export class Partition {
  /** 0 for the first of its queue. */
  readonly number: number
  readonly ids: ItemIds
  /** Items that are not scheduled, in order. */
  readonly #queued = new SequenceTable()
  readonly #scheduled = new SequenceTable()
  readonly #free = new FreeList()
  readonly #leases = leaseDeadlines()
  readonly #lives = expireDeadlines()
  readonly #schedule = dueDeadlines()
  /** Items with a deadline that the last lifecycle run had already passed; the next run looks at them. */
  readonly #overdue = new Set<Item>()
  readonly #sourceIds = new Set<string>()
  readonly #created = new AverageInstant()
  readonly #leaseEnds = new AverageInstant()
  #lastSequence = -1
  #lastRun: Instant = Number.NEGATIVE_INFINITY
  #askedRun: Instant = NEVER

  constructor(number: number, ids: ItemIds) {
    this.number = number
    this.ids = ids
  }

  /** How many items could be leased now. */
  get leasable(): number {
    return this.#free.size
  }

  /** How many items count when a produce chooses a partition: leasable and scheduled ones (contract: queue.md §7). */
  get unleased(): number {
    return this.#free.size + this.#scheduled.size
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
    checkItemId(id)
    const item = this.find(id)
    if (item === undefined || item.state === 'scheduled') {
      throw badRequest(`invalid storage id; '${id}' does not exist`)
    }
    if (item.state !== 'leased') throw badRequest(`item(s) cannot be ${verb}; '${id}' is not marked as leased`)
    return item
  }

  /** Whether an item with this source id is here, or was and has not been released (contract: admin.md §11). */
  hasSource(sourceId: string): boolean {
    return this.#sourceIds.has(sourceId)
  }

  /** Adds an item at the tail. */
  add(item: Item): void {
    item.sequence = ++this.#lastSequence
    if (item.sourceId !== '') this.#sourceIds.add(item.sourceId)
    this.#commit('added', item)
  }

  /** Leases the first free item until `end`; undefined when none is free. */
  leaseFirst(end: ExactInstant): Item | undefined {
    const item = this.#free.first
    if (item !== undefined) this.#commit('changed', item, () => item.lease(end))
    return item
  }

  /** Frees an item under a new id, at the tail. */
  moveToTail(item: Item): void {
    this.#commit('changed', item, () => {
      item.release()
      item.copiedToDeadQueue = false
      item.sequence = ++this.#lastSequence
    })
  }

  /** Makes an item wait until `at`, under its id. */
  schedule(item: Item, at: Instant): void {
    this.#commit('changed', item, () => item.schedule(at))
  }

  /** Removes an item that its owner is done with; its source id may come again. */
  release(item: Item): void {
    this.#sourceIds.delete(item.sourceId)
    this.#commit('removed', item)
  }

  /** Removes an item at the end of its life; its source id stays taken. */
  expire(item: Item): void {
    this.#commit('removed', item)
  }

  /** Notes that a copy of an item whose life is over is in the dead letter queue; the item keeps its place. */
  markCopied(item: Item): void {
    this.#commit('changed', item, () => {
      item.copiedToDeadQueue = true
    })
  }

  /** Scheduled items that are due, in the order of their deadlines and then of their ids. */
  dueItems(now: Instant): Item[] {
    return this.#schedule.takeDue(now)
  }

  /** A page of what is not scheduled, or of what is, by ascending id from `from`. */
  page(which: 'queued' | 'scheduled', from: string | undefined, limit: number): Item[] {
    const table = which === 'queued' ? this.#queued : this.#scheduled
    return table.page(from === undefined ? 0 : this.ids.sequenceFrom(from), limit)
  }

  /** Removes whatever `which` accepts (contract: queue.md §11). Costs the size of the partition. */
  clear(which: (item: Item) => boolean): void {
    for (const table of [this.#queued, this.#scheduled]) {
      for (const item of table.page(0, table.size)) if (which(item)) this.release(item)
    }
  }

  stats(now: Instant): PartitionStats {
    return {
      total: this.#queued.size,
      leased: this.#leaseEnds.count,
      scheduled: this.#scheduled.size,
      averageAge: this.#created.behind(now),
      averageLeasedAge: -this.#leaseEnds.behind(now),
    }
  }

  /** Asks for a lifecycle run at `deadline`, when that is ahead and sooner than the run already asked for. */
  wantRun(deadline: Instant, now: Instant): void {
    if (deadline > now) this.#askedRun = Math.min(this.#askedRun, deadline)
  }

  /** Starts a lifecycle run: answers the items with a deadline that has passed, and forgets those deadlines. */
  beginRun(now: Instant): Item[] {
    const due = new Set(this.#overdue)
    this.#overdue.clear()
    for (const item of this.#leases.takeDue(now)) due.add(item)
    for (const item of this.#lives.takeDue(now)) due.add(item)
    this.#lastRun = now
    return [...due]
  }

  /** Ends a lifecycle run. The next one looks again at items that were due and had to be left as they were. */
  endRun(left: Item[]): void {
    for (const item of left) this.#commit('changed', item)
    this.#askedRun = Math.min(this.#leases.next(), this.#lives.next())
  }

  /** The one place in which an item is added, changed or removed. */
  #commit(change: Change, item: Item, edit?: () => void): void {
    if (change === 'added') {
      this.#table(item.state).add(item)
      if (item.state === 'leasable') this.#free.append(item)
      this.#watch(item)
      return
    }
    this.#unwatch(item)
    const { state, sequence } = item
    edit?.()
    const gone = change === 'removed'
    const moved = gone || sequence !== item.sequence || this.#table(state) !== this.#table(item.state)
    if (moved) this.#table(state).remove(sequence)
    if (moved && !gone) this.#table(item.state).add(item)
    if (state === 'leasable' && (moved || item.state !== 'leasable')) this.#free.remove(item)
    if (gone) return
    if (item.state === 'leasable' && (moved || state !== 'leasable')) this.#free.append(item)
    this.#watch(item)
  }

  #table(state: ItemState): SequenceTable {
    return state === 'scheduled' ? this.#scheduled : this.#queued
  }

  /** Starts to count the item and to watch its deadlines. */
  #watch(item: Item): void {
    if (item.state === 'scheduled') {
      this.#schedule.add(item)
      return
    }
    this.#created.add(item.createdAt, 0)
    if (item.leased) {
      this.#leaseEnds.add(item.leaseDeadline, item.leaseEarly)
      if (item.leaseDeadline <= this.#lastRun) this.#overdue.add(item)
      else this.#leases.add(item)
    }
    // The server leaves a copied item alone for as long as nobody leases it.
    if (item.copiedToDeadQueue && !item.leased) return
    if (item.expireDeadline <= this.#lastRun) this.#overdue.add(item)
    else this.#lives.add(item)
  }

  #unwatch(item: Item): void {
    this.#schedule.remove(item)
    this.#leases.remove(item)
    this.#lives.remove(item)
    this.#overdue.delete(item)
    if (item.state === 'scheduled') return
    this.#created.remove(item.createdAt, 0)
    if (item.leased) this.#leaseEnds.remove(item.leaseDeadline, item.leaseEarly)
  }
}
