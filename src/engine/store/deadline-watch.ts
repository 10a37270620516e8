/**
 * The lease and expire deadlines of a partition, and when the lifecycle looks at it next (docs/protocol/queue.md §8, R0 to R6). It
 * keeps no items except overdue ones that had to stay, so nothing here depends on the number of items.
 */
import { type Instant, NEVER } from '../../clock/instant.js'
import { DeadlineGroups } from './deadline-groups.js'
import type { Item } from './item.js'
import type { SequenceTable } from './sequence-table.js'

/** Watches the items of one partition, except scheduled ones. */
export class DeadlineWatch {
  readonly #leases = new DeadlineGroups()
  readonly #lives = new DeadlineGroups()
  /** Items that the last look found overdue, by lease or by life, and that are still in the partition. */
  readonly #overdueLeases = new Set<Item>()
  readonly #overdueLives = new Set<Item>()
  #lastLook: Instant = Number.NEGATIVE_INFINITY
  #nextLook: Instant

  constructor(firstLook: Instant) {
    this.#nextLook = firstLook
  }

  /** When the lifecycle looked at the partition last. `-Infinity` if it never has. */
  get lastLook(): Instant {
    return this.#lastLook
  }

  /** Goes on from an earlier look. Call it before any item is added. */
  looksOn(lastLook: Instant, nextLook: Instant): void {
    this.#lastLook = lastLook
    this.#nextLook = nextLook
  }

  /** When the lifecycle looks at the partition next, or `Infinity` if no look is planned. */
  get nextLook(): Instant {
    return this.#nextLook
  }

  /** Whether an overdue item that stays hides a later deadline of its kind from future looks (R4). */
  get hidesDeadlines(): boolean {
    return (
      (this.#overdueLeases.size > 0 && this.#leases.next() !== NEVER) ||
      (this.#overdueLives.size > 0 && this.#lives.next() !== NEVER)
    )
  }

  /** Requests a look at `deadline`, unless an earlier one is planned (R1, R2). */
  askForLook(deadline: Instant): void {
    if (deadline < this.#nextLook) this.#nextLook = deadline
  }

  /** Returns whether the life of an item is watched here and not over yet. */
  keepsLife(item: Item): boolean {
    return this.#lives.keeps(item.life)
  }

  addLife(item: Item): void {
    if (item.life.at <= this.#lastLook) this.#overdueLives.add(item)
    else item.life = this.#lives.join(item.sequence, item.life)
  }

  removeLife(item: Item): void {
    this.#lives.leave(item.life)
  }

  addLease(item: Item): void {
    if (item.until.at <= this.#lastLook) this.#overdueLeases.add(item)
    else item.until = this.#leases.join(item.sequence, item.until)
  }

  /** Removes the lease of an item, if it has one, and its overdue marks. */
  removeLease(item: Item): void {
    if (this.#overdueLives.size > 0) this.#overdueLives.delete(item)
    if (item.state !== 'leased') return
    if (this.#overdueLeases.size > 0) this.#overdueLeases.delete(item)
    this.#leases.leave(item.until)
  }

  /** Starts a look. Returns every item whose deadline has passed, in storage order, whatever earlier looks did with it (R5). */
  look(items: SequenceTable, now: Instant): Item[] {
    const due = [...this.#overdueLeases]
    for (const group of this.#leases.takeDue(now)) {
      for (const item of items.range(group.first, group.last, (one) => one.until === group)) due.push(item)
    }
    // An item whose lease has expired too is already in the list.
    const addOnce = (item: Item) => {
      if (!(item.leased && item.until.at <= now)) due.push(item)
    }
    for (const item of this.#overdueLives) addOnce(item)
    for (const group of this.#lives.takeDue(now)) {
      for (const item of items.range(group.first, group.last, (one) => one.life === group)) addOnce(item)
    }
    this.#lastLook = now
    return due.sort((a, b) => a.sequence - b.sequence)
  }

  /** Ends a look after which the items in `stay` are unchanged. The next look is at the next deadline that is not hidden (R4). */
  looked(stay: readonly Item[]): void {
    for (const item of stay) {
      if (item.leased && item.until.at <= this.#lastLook) this.#overdueLeases.add(item)
      if (item.life.at <= this.#lastLook) this.#overdueLives.add(item)
    }
    const lease = this.#overdueLeases.size > 0 ? NEVER : this.#leases.next()
    const life = this.#overdueLives.size > 0 ? NEVER : this.#lives.next()
    this.#nextLook = Math.min(lease, life)
  }
}
