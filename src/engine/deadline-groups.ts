/**
 * The deadlines of the items of a partition: neighbours that share a deadline are one group, and only groups are kept
 * in order. So a batch costs what one item costs, an item that goes away only counts its group down, and nothing
 * depends on how many items there are.
 */
import { DeadlineHeap } from '../clock/deadline-heap.js'
import type { ExactInstant } from '../clock/duration.js'
import type { Instant } from '../clock/instant.js'

/** Items with consecutive sequence numbers and the same deadline. An item also reads its instants from its group. */
export class DeadlineGroup implements ExactInstant {
  /** The numbers of the first and the last item that joined. */
  first = -1
  last = -1
  /** How many of those are still in it. */
  count = 0
  place = -1

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

/** See the head of this file. */
export class DeadlineGroups {
  readonly #groups = new DeadlineHeap<DeadlineGroup>({
    at: (group) => group.at,
    rank: (group) => group.first,
    place: (group) => group.place,
    setPlace: (group, place) => {
      group.place = place
    },
  })
  #newest: DeadlineGroup | undefined

  /** The earliest deadline, or `Infinity`. */
  next(): Instant {
    return this.#groups.next()
  }

  /** Takes an item in that ends as `wanted` says; answers the group that it belongs to from now on. */
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
    this.#groups.add(group)
    this.#newest = group
    return group
  }

  /** Lets one item of a group go; does nothing when the group is no longer kept here. */
  leave(group: DeadlineGroup): void {
    if (group.place >= 0 && --group.count === 0) this.#forget(group)
  }

  /** Removes and answers the groups whose deadline is at or before `now`, earliest first. */
  takeDue(now: Instant): DeadlineGroup[] {
    if (this.next() > now) return []
    const due = this.#groups.takeDue(now)
    if (this.#newest !== undefined && this.#newest.place < 0) this.#newest = undefined
    return due
  }

  #forget(group: DeadlineGroup): void {
    this.#groups.remove(group)
    if (group === this.#newest) this.#newest = undefined
  }
}
