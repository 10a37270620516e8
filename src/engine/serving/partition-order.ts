/** Chooses the partition for a produce or a lease (docs/protocol/queue.md §7). */
import type { Partition } from '../store/partition.js'
import { Ranking } from './ranking.js'

/** The parts of a partition that are read here. */
export type Loaded = Pick<Partition, 'number' | 'unleased' | 'leasable'>

/** The place of a partition in the order, and its counts when the list was last sorted. */
interface Place<P> {
  readonly number: number
  readonly partition: P
  load: number
  leasable: number
  /** At equal load, the smaller turn goes first. */
  turn: number
}

/**
 * Chooses the partition for a produce or a lease (docs/protocol/queue.md §7): a list sorted by load, with the fewest unleased items
 * first. Partitions with equal load keep their order.
 *
 * Callers only need the first of the list, and the partition with the most leasable items. So each partition has a load, and a turn
 * among those of equal load. Together they are its place in the list. The cost depends on what has changed, not on the number of
 * partitions.
 */
export class PartitionOrder<P extends Loaded = Partition> {
  /** Indexed by the number of the partition. */
  readonly #places: Place<P>[]
  readonly #byLoad: Ranking<Place<P>>
  /** The first of this ranking gets the next lease. */
  readonly #byLeasable: Ranking<Place<P>>
  #firstTurn = 0
  #lastTurn: number

  /** `turns` are the numbers of the partitions in the order of an earlier list. Default: by number. */
  constructor(partitions: readonly P[], turns?: readonly number[]) {
    this.#places = partitions.map((partition) => {
      const { number, unleased, leasable } = partition
      return { number, partition, load: unleased, leasable, turn: turns?.indexOf(number) ?? number }
    })
    this.#lastTurn = partitions.length
    this.#byLoad = new Ranking(this.#places, isBefore)
    this.#byLeasable = new Ranking(this.#places, (a, b) => {
      return a.leasable > b.leasable || (a.leasable === b.leasable && isBefore(b, a))
    })
  }

  /** The numbers of the partitions in the order of their turns. */
  get turns(): number[] {
    return [...this.#places].sort((a, b) => a.turn - b.turn).map(({ number }) => number)
  }

  /** Returns the partition for a produce, or `undefined` if the queue has none. */
  forProduce(): P | undefined {
    return this.#byLoad.peek()?.partition
  }

  /** Sorts the list again after these partitions have changed. */
  sort(changed: readonly P[]): void {
    if (changed.length > 1) this.#sortSeveral(changed)
    else if (changed.length > 0) this.#sortOne(this.#places[(changed[0] as P).number] as Place<P>)
  }

  /** Like a stable sort, puts a partition that moves forward behind its new equals, and one that moves back in front of them. */
  #sortOne(place: Place<P>): void {
    const { load } = place
    const { unleased } = place.partition
    if (unleased < load) this.#put(place, this.#lastTurn++)
    else if (unleased > load) this.#put(place, --this.#firstTurn)
    else this.#put(place, place.turn)
  }

  /** Sorts several partitions. Those that get the same load keep their order. */
  #sortSeveral(changed: readonly P[]): void {
    const places = changed.map(({ number }) => this.#places[number] as Place<P>).sort(byPlace)
    const heavier: Place<P>[] = []
    const others: Place<P>[] = []
    for (const place of places) (place.partition.unleased > place.load ? heavier : others).push(place)
    for (const place of others) this.#sortOne(place)
    for (const place of heavier.reverse()) this.#sortOne(place)
  }

  /** Starts to assign waiting leases, as if each took its items as soon as it is assigned. */
  assign(): LeaseAssignment<P> {
    return new LeaseAssignment(
      () => this.#byLeasable.peek(),
      (place, count) => this.#take(place, count),
    )
  }

  #put(place: Place<P>, turn: number): void {
    place.load = place.partition.unleased
    place.leasable = place.partition.leasable
    place.turn = turn
    this.#byLoad.moved(place)
    this.#byLeasable.moved(place)
  }

  /** Counts items as leased before they are. */
  #take(place: Place<P>, count: number): void {
    if (count === 0) return
    place.load -= count
    place.leasable -= count
    place.turn = this.#lastTurn++
    this.#byLoad.moved(place)
    this.#byLeasable.moved(place)
  }
}

/** One round of assigning waiting leases to partitions. */
export class LeaseAssignment<P extends Loaded = Partition> {
  readonly #most: () => Place<P> | undefined
  readonly #take: (place: Place<P>, count: number) => void
  readonly #assigned = new Map<P, number>()

  constructor(most: () => Place<P> | undefined, take: (place: Place<P>, count: number) => void) {
    this.#most = most
    this.#take = take
  }

  /**
   * Returns the partition with the most leasable items left for a lease of `batchSize`. Of equal partitions, it chooses the last in
   * the list. Returns `undefined` if neither this lease nor any later one can get an item.
   */
  next(batchSize: number): P | undefined {
    const place = this.#most()
    if (place === undefined) return undefined
    const { partition, leasable } = place
    // Once nothing is left, the choice stays the same. A partition serves at most as many leases as it has items.
    const served = this.#assigned.get(partition) ?? 0
    if (leasable === 0 && served >= partition.leasable) return undefined
    this.#assigned.set(partition, served + 1)
    this.#take(place, Math.min(leasable, batchSize))
    return partition
  }
}

function isBefore<P>(a: Place<P>, b: Place<P>): boolean {
  return a.load < b.load || (a.load === b.load && a.turn < b.turn)
}

function byPlace<P>(a: Place<P>, b: Place<P>): number {
  return a.load - b.load || a.turn - b.turn
}
