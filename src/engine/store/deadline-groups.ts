/** The deadlines of the items of a partition. */
import { DeadlineHeap } from '../../clock/deadline-heap.js'
import type { ExactInstant } from '../../clock/exact-instant.js'
import type { Instant } from '../../clock/instant.js'

/** Items with consecutive sequence numbers and the same deadline. An item also reads its instants from its group. */
export class DeadlineGroup implements ExactInstant {
  /** The numbers of the first and the last item that joined. */
  first = -1
  last = -1
  /** How many of those are still in it. */
  count = 0
  place = -1
  /** Who watches it, or undefined. Items of another partition may still read their instants from it. */
  keeper: DeadlineGroups | undefined

  constructor(
    /** The deadline, as in {@link ExactInstant}. */
    readonly at: Instant,
    readonly early: number,
    /** When it began; only lives look at it. */
    readonly since: Instant = 0,
  ) {}

  isLike(other: DeadlineGroup): boolean {
    return this.at === other.at && this.early === other.early && this.since === other.since
  }
}

/** For fewer places in the line than this it is not worth tidying up. */
const FEW = 64

/**
 * The deadlines of the items of a partition. Neighbours that share a deadline are one group, and only groups are kept in order. So a
 * batch costs what one item costs, an item that goes away only counts its group down, and nothing depends on the number of items.
 *
 * Nearly all deadlines come in order, because time goes on and a queue has one timeout: they stand in a line, and are taken from its
 * head. Only the others need a heap. So each call may have its own deadline.
 */
export class DeadlineGroups {
  /** In order from `#head` on. Some may be empty; the places before `#head` are free. */
  #line: (DeadlineGroup | undefined)[] = []
  #head = 0
  /** How many of the line are empty. */
  #empty = 0
  readonly #others = new DeadlineHeap<DeadlineGroup>({
    at: (group) => group.at,
    rank: (group) => group.first,
    place: (group) => group.place,
    setPlace: (group, place) => {
      group.place = place
    },
  })
  #newest: DeadlineGroup | undefined

  /** The number of places in the line, free ones included. */
  get room(): number {
    return this.#line.length
  }

  /** The earliest deadline, or `Infinity`. */
  next(): Instant {
    const first = this.#line[this.#head]
    return first === undefined ? this.#others.next() : Math.min(first.at, this.#others.next())
  }

  /** Takes an item in that ends as `wanted` says; returns the group that it belongs to from now on. */
  join(sequence: number, wanted: DeadlineGroup): DeadlineGroup {
    const newest = this.#newest
    if (newest !== undefined && newest.last + 1 === sequence && (newest === wanted || newest.isLike(wanted))) {
      newest.last = sequence
      newest.count++
      return newest
    }
    // One that was in use before stays what it was for the items that still read their instants from it.
    const group = wanted.first < 0 ? wanted : new DeadlineGroup(wanted.at, wanted.early, wanted.since)
    group.first = sequence
    group.last = sequence
    group.count = 1
    group.keeper = this
    const before = this.#line.at(-1)
    if (before === undefined || isBefore(before, group)) this.#line.push(group)
    else this.#others.add(group)
    this.#newest = group
    return group
  }

  /** Whether a group is watched here. */
  keeps(group: DeadlineGroup): boolean {
    return group.keeper === this
  }

  /** Lets one item of a group go; does nothing when the group is not watched here. */
  leave(group: DeadlineGroup): void {
    if (this.keeps(group) && --group.count === 0) this.#forget(group)
  }

  /** Removes and returns the groups whose deadline is at or before `now`, earliest first. */
  takeDue(now: Instant): DeadlineGroup[] {
    const due: DeadlineGroup[] = []
    while (this.next() <= now) {
      const [one, other] = [this.#line[this.#head], this.#others.peek()]
      const group = (one !== undefined && (other === undefined || isBefore(one, other)) ? one : other) as DeadlineGroup
      due.push(group)
      this.#forget(group)
    }
    return due
  }

  #forget(group: DeadlineGroup): void {
    group.keeper = undefined
    if (group === this.#newest) this.#newest = undefined
    if (group.place >= 0) this.#others.remove(group)
    else {
      this.#empty++
      this.#tidy()
    }
  }

  /** Keeps a group that is not empty at the head of the line, and half of the line such groups. */
  #tidy(): void {
    const line = this.#line
    while (this.#head < line.length && line[this.#head]?.keeper !== this) {
      line[this.#head++] = undefined
      this.#empty--
    }
    const left = line.length - this.#head
    if (this.#head < Math.max(left, FEW) && this.#empty < Math.max(left / 2, FEW)) return
    this.#line = line.slice(this.#head).filter((group) => group?.keeper === this)
    this.#head = 0
    this.#empty = 0
  }
}

function isBefore(one: DeadlineGroup, other: DeadlineGroup): boolean {
  return one.at < other.at || (one.at === other.at && one.first < other.first)
}
