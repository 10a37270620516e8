/** A table of items by sequence number. */
import type { Item } from './item.js'

const SIZE = 256

type Places = (Item | undefined)[]

/**
 * Items by sequence number, in order. Finding one is O(1), and you can walk from any point.
 *
 * Sequence numbers only grow, so they are divided into segments of equal size. A segment is kept while it has items.
 */
export class SequenceTable {
  /** Segments, indexed by their number minus `#base`. */
  #segments: (Places | undefined)[] = []
  /** How many places of each segment are taken. */
  #taken: number[] = []
  #base = 0
  /** How many segments at the front are empty. */
  #gone = 0
  #size = 0

  /** The number of items. */
  get size(): number {
    return this.#size
  }

  /** The number of segments, including empty ones before and between those with items. */
  get room(): number {
    return this.#segments.length
  }

  get(sequence: number): Item | undefined {
    return this.#segments[Math.floor(sequence / SIZE) - this.#base]?.[sequence % SIZE]
  }

  /** Adds an item. Its sequence number must be free. */
  add(item: Item): void {
    const index = this.#indexFor(Math.floor(item.sequence / SIZE))
    let places = this.#segments[index]
    if (places === undefined) {
      places = []
      this.#segments[index] = places
      this.#taken[index] = 0
      if (index < this.#gone) this.#gone = index
    }
    places[item.sequence % SIZE] = item
    this.#taken[index] = (this.#taken[index] as number) + 1
    this.#size++
  }

  /** Removes the item with this sequence number, which must be in the table. */
  remove(sequence: number): void {
    const index = Math.floor(sequence / SIZE) - this.#base
    const places = this.#segments[index] as Places
    places[sequence % SIZE] = undefined
    const taken = (this.#taken[index] as number) - 1
    this.#taken[index] = taken
    if (--this.#size === 0) this.#reset()
    else if (taken === 0) {
      this.#segments[index] = undefined
      if (index === this.#gone) this.#dropFront()
    }
  }

  /** Returns the first item whose sequence number is at least `from`, or `undefined`. */
  firstFrom(from: number): Item | undefined {
    if (this.#size === 0 || !Number.isFinite(from)) return undefined
    const start = Math.floor(from / SIZE) - this.#base
    for (let index = Math.max(start, this.#gone); index < this.#segments.length; index++) {
      const places = this.#segments[index]
      if (places === undefined) continue
      for (let place = index === start ? from % SIZE : 0; place < places.length; place++) {
        const item = places[place]
        if (item !== undefined) return item
      }
    }
    return undefined
  }

  /** Returns the items with a sequence number from `first` to `last` that `which` accepts, in order. */
  range(first: number, last: number, which: (item: Item) => boolean): Item[] {
    const found: Item[] = []
    for (let sequence = first; sequence <= last; sequence++) {
      const item = this.get(sequence)
      if (item !== undefined && which(item)) found.push(item)
    }
    return found
  }

  /** Returns at most `limit` items whose sequence number is at least `from`, in order. */
  page(from: number, limit: number): Item[] {
    const page: Item[] = []
    for (let item = this.firstFrom(from); item !== undefined && page.length < limit; ) {
      page.push(item)
      item = this.firstFrom(item.sequence + 1)
    }
    return page
  }

  /** Returns the index for the segment with this number, and makes room for it. */
  #indexFor(number: number): number {
    if (this.#segments.length === 0) this.#base = number
    if (number < this.#base) {
      // A scheduled item keeps its sequence number, so an early number may be added late.
      const missing = this.#base - number
      this.#segments = [...new Array<undefined>(missing).fill(undefined), ...this.#segments]
      this.#taken = [...new Array<number>(missing).fill(0), ...this.#taken]
      this.#base = number
      this.#gone = 0
    }
    while (this.#base + this.#segments.length <= number) {
      this.#segments.push(undefined)
      this.#taken.push(0)
    }
    return number - this.#base
  }

  #dropFront(): void {
    while (this.#gone < this.#segments.length && this.#segments[this.#gone] === undefined) this.#gone++
    if (this.#gone < this.#segments.length / 2) return
    this.#segments.splice(0, this.#gone)
    this.#taken.splice(0, this.#gone)
    this.#base += this.#gone
    this.#gone = 0
  }

  #reset(): void {
    this.#segments = []
    this.#taken = []
    this.#gone = 0
  }
}
