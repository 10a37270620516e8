/** Which partition gets a produce or a lease (docs/protocol/queue.md §7). */
import type { Partition } from '../store/partition.js'
import { Ranking } from './ranking.js'

/** What the order asks of a partition. */
export type Loaded = Pick<Partition, 'number' | 'unleased' | 'leasable'>

/** A partition in the order, as it was when the list was put in order last. */
interface Place<P> {
  readonly number: number
  readonly partition: P
  load: number
  leasable: number
  /** Of places with the same load, the one with the smaller turn goes first. */
  turn: number
}

/**
 * Chooses the partition for a produce or a lease (docs/protocol/queue.md §7): a list ordered by load, fewest unleased items first. Equal ones
 * keep their order.
 *
 * Callers need only the first of the list, and the one with the most leasable items. So each partition has its load and its turn among
 * those of equal load, which together are its place in the list. A call costs what it changes, however many partitions there are.
 */
export class PartitionOrder<P extends Loaded = Partition> {
  /** By the number of the partition. */
  readonly #places: Place<P>[]
  readonly #byLoad: Ranking<Place<P>>
  /** The one that a lease goes to first. */
  readonly #byLeasable: Ranking<Place<P>>
  #firstTurn = 0
  #lastTurn: number

  constructor(partitions: readonly P[]) {
    this.#places = partitions.map((partition, turn) => {
      const { number, unleased, leasable } = partition
      return { number, partition, load: unleased, leasable, turn }
    })
    this.#lastTurn = partitions.length
    this.#byLoad = new Ranking(this.#places, isBefore)
    this.#byLeasable = new Ranking(this.#places, (a, b) => {
      return a.leasable > b.leasable || (a.leasable === b.leasable && isBefore(b, a))
    })
  }

  /** The partition that takes a produce; undefined when the queue has none. */
  forProduce(): P | undefined {
    return this.#byLoad.peek()?.partition
  }

  /** Puts the list in order again, after a change of what these partitions hold. */
  sort(changed: readonly P[]): void {
    if (changed.length > 1) this.#sortSeveral(changed)
    else if (changed.length > 0) this.#sortOne(this.#places[(changed[0] as P).number] as Place<P>)
  }

  /** A stable sort brings what comes from behind after all of its new equals, and what comes from before in front of them. */
  #sortOne(place: Place<P>): void {
    const { load } = place
    const { unleased } = place.partition
    if (unleased < load) this.#put(place, this.#lastTurn++)
    else if (unleased > load) this.#put(place, --this.#firstTurn)
    else this.#put(place, place.turn)
  }

  /** As one by one, but that those that come together keep their order. */
  #sortSeveral(changed: readonly P[]): void {
    const places = changed.map(({ number }) => this.#places[number] as Place<P>).sort(byPlace)
    const heavier: Place<P>[] = []
    const others: Place<P>[] = []
    for (const place of places) (place.partition.unleased > place.load ? heavier : others).push(place)
    for (const place of others) this.#sortOne(place)
    for (const place of heavier.reverse()) this.#sortOne(place)
  }

  /** Begins to assign waiting leases, as if each took what it can as soon as it is assigned. */
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

  /** Counts items as leased that will be. */
  #take(place: Place<P>, count: number): void {
    if (count === 0) return
    place.load -= count
    place.leasable -= count
    place.turn = this.#lastTurn++
    this.#byLoad.moved(place)
    this.#byLeasable.moved(place)
  }
}

/** One round in which waiting leases are shared out among the partitions. */
export class LeaseAssignment<P extends Loaded = Partition> {
  readonly #most: () => Place<P> | undefined
  readonly #take: (place: Place<P>, count: number) => void
  readonly #assigned = new Map<P, number>()

  constructor(most: () => Place<P> | undefined, take: (place: Place<P>, count: number) => void) {
    this.#most = most
    this.#take = take
  }

  /**
   * Chooses the partition with the most leasable items left, of equal ones the last in the list, for a lease of
   * `batchSize`. Undefined when neither this nor any further lease can get an item.
   */
  next(batchSize: number): P | undefined {
    const place = this.#most()
    if (place === undefined) return undefined
    const { partition, leasable } = place
    // Once nothing is left the choice stays; a partition serves at most as many leases as it has items.
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
