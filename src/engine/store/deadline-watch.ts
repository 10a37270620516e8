/**
 * The lease and expire deadlines in a partition, and when the lifecycle looks at them next (docs/protocol/queue.md §8, R0
 * to R6). Keeps no item but the overdue ones that had to stay, so that nothing here depends on how many items there are.
 */
import { type Instant, NEVER } from '../../clock/instant.js'
import { DeadlineGroups } from './deadline-groups.js'
import type { Item } from './item.js'
import type { SequenceTable } from './sequence-table.js'

/** Watches the items of one partition that are not scheduled. */
export class DeadlineWatch {
  readonly #leases = new DeadlineGroups()
  readonly #lives = new DeadlineGroups()
  /** Items that the last look found overdue, by their lease or by their life, and that are still here. */
  readonly #overdueLeases = new Set<Item>()
  readonly #overdueLives = new Set<Item>()
  #lastLook: Instant = Number.NEGATIVE_INFINITY
  #nextLook: Instant

  constructor(firstLook: Instant) {
    this.#nextLook = firstLook
  }

  /** When the lifecycle looks at the partition next; `Infinity` when nothing asks for it. */
  get nextLook(): Instant {
    return this.#nextLook
  }

  /** Whether an overdue item that stays hides a later deadline of its kind from the looks to come (R4). */
  get hidesDeadlines(): boolean {
    return (
      (this.#overdueLeases.size > 0 && this.#leases.next() !== NEVER) ||
      (this.#overdueLives.size > 0 && this.#lives.next() !== NEVER)
    )
  }

  /** Asks for a look at `deadline`, unless one comes sooner (R1, R2). */
  askForLook(deadline: Instant): void {
    if (deadline < this.#nextLook) this.#nextLook = deadline
  }

  /** Whether the life of an item is watched among those that are still ahead. */
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

  /** Forgets the lease of an item, if it has one, and that it is overdue. */
  removeLease(item: Item): void {
    if (this.#overdueLives.size > 0) this.#overdueLives.delete(item)
    if (item.state !== 'leased') return
    if (this.#overdueLeases.size > 0) this.#overdueLeases.delete(item)
    this.#leases.leave(item.until)
  }

  /**
   * Starts a look: returns every item whose deadline has passed, in storage order, whatever earlier looks did with it
   * (R5).
   */
  look(items: SequenceTable, now: Instant): Item[] {
    const due = [...this.#overdueLeases]
    for (const group of this.#leases.takeDue(now)) {
      for (const item of items.range(group.first, group.last, (one) => one.until === group)) due.push(item)
    }
    // One whose lease is over too is in the list already.
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

  /** Ends a look that left some of its items as they were: the next one comes at the next deadline that is not hidden (R4). */
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
