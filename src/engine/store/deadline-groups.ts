/** The deadlines of the items of a partition, in groups. */
import { DeadlineHeap } from '../../clock/deadline-heap.js'
import type { ExactInstant } from '../../clock/exact-instant.js'
import type { Instant } from '../../clock/instant.js'

/** A group of items with consecutive sequence numbers and the same deadline. Items read their instants from it. */
export class DeadlineGroup implements ExactInstant {
  /** The sequence numbers of the first and the last item that joined. */
  first = -1
  last = -1
  /** How many of these items are still in the group. */
  count = 0
  place = -1
  /** Who watches the group, or `undefined`. Items of another partition may still read their instants from it. */
  keeper: DeadlineGroups | undefined

  constructor(
    /** The deadline, as in {@link ExactInstant}. */
    readonly at: Instant,
    readonly early: number,
    /** When it began. Only used for the lives of items. */
    readonly since: Instant = 0,
  ) {}

  isLike(other: DeadlineGroup): boolean {
    return this.at === other.at && this.early === other.early && this.since === other.since
  }
}

/** With fewer empty places than this, the line is not worth tidying. */
const FEW = 64

/**
 * The deadlines of the items of a partition. Neighbours with the same deadline form one group, and only groups are sorted. So a batch
 * costs as much as one item, and removing an item only decrements a counter. Nothing depends on the number of items.
 *
 * Nearly all deadlines come in order, because time moves forward and a queue has one timeout. They are kept in a line and taken from
 * its head. Only the others need a heap. So each call may have its own deadline.
 */
export class DeadlineGroups {
  /** Sorted from `#head` on. Some groups may be empty. The places before `#head` are free. */
  #line: (DeadlineGroup | undefined)[] = []
  #head = 0
  /** How many groups of the line are empty. */
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

  /** The number of places in the line, including free ones. */
  get room(): number {
    return this.#line.length
  }

  /** Returns the earliest deadline, or `Infinity`. */
  next(): Instant {
    const first = this.#line[this.#head]
    return first === undefined ? this.#others.next() : Math.min(first.at, this.#others.next())
  }

  /** Adds an item with the deadline of `wanted`. Returns the group to which it belongs from now on. */
  join(sequence: number, wanted: DeadlineGroup): DeadlineGroup {
    const newest = this.#newest
    if (newest !== undefined && newest.last + 1 === sequence && (newest === wanted || newest.isLike(wanted))) {
      newest.last = sequence
      newest.count++
      return newest
    }
    // A group that was used before stays as it is, for the items that still read their instants from it.
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

  /** Returns whether a group is watched here. */
  keeps(group: DeadlineGroup): boolean {
    return group.keeper === this
  }

  /** Removes one item from a group. Does nothing if the group is not watched here. */
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

  /** Drops empty groups at the head of the line, and all other empty ones once they fill half of it. */
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
