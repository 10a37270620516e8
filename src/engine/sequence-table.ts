/**
 * Items by sequence number, in order: found in O(1), walked from any point, with room only for what is there.
 *
 * Sequence numbers only grow, so the numbers are cut into segments of equal size; a segment lives while one of its
 * places is taken.
 */
import type { Item } from './item.js'

const SIZE = 256

interface Segment {
  readonly number: number
  readonly places: (Item | undefined)[]
  taken: number
}

/** See the head of this file. */
export class SequenceTable {
  readonly #byNumber = new Map<number, Segment>()
  /** The same segments by ascending number. */
  #ordered: Segment[] = []
  #size = 0

  /** How many items there are. */
  get size(): number {
    return this.#size
  }

  get(sequence: number): Item | undefined {
    return this.#byNumber.get(Math.floor(sequence / SIZE))?.places[sequence % SIZE]
  }

  /** Adds an item whose number is free. */
  add(item: Item): void {
    const number = Math.floor(item.sequence / SIZE)
    let segment = this.#byNumber.get(number)
    if (segment === undefined) {
      segment = { number, places: [], taken: 0 }
      this.#byNumber.set(number, segment)
      this.#ordered.splice(this.#indexFrom(number), 0, segment)
    }
    segment.places[item.sequence % SIZE] = item
    segment.taken++
    this.#size++
  }

  /** Removes the item with this number, which must be in the table. */
  remove(sequence: number): void {
    const number = Math.floor(sequence / SIZE)
    const segment = this.#byNumber.get(number) as Segment
    segment.places[sequence % SIZE] = undefined
    this.#size--
    if (--segment.taken > 0) return
    this.#byNumber.delete(number)
    this.#ordered.splice(this.#indexFrom(number), 1)
  }

  /** The first item whose number is `from` or greater; undefined when there is none. */
  firstFrom(from: number): Item | undefined {
    const number = Math.floor(from / SIZE)
    const segment = this.#byNumber.get(number)
    for (let place = from % SIZE; segment !== undefined && place < segment.places.length; place++) {
      const item = segment.places[place]
      if (item !== undefined) return item
    }
    return this.#ordered[this.#indexFrom(number + 1)]?.places.find((item) => item !== undefined)
  }

  /** The items with a number from `first` to `last` that `which` accepts, in order. */
  range(first: number, last: number, which: (item: Item) => boolean): Item[] {
    const found: Item[] = []
    for (let sequence = first; sequence <= last; sequence++) {
      const item = this.get(sequence)
      if (item !== undefined && which(item)) found.push(item)
    }
    return found
  }

  /** At most `limit` items whose number is `from` or greater, in order. */
  page(from: number, limit: number): Item[] {
    const page: Item[] = []
    let index = Number.isFinite(from) ? this.#indexFrom(Math.floor(from / SIZE)) : this.#ordered.length
    for (; index < this.#ordered.length && page.length < limit; index++) {
      for (const item of (this.#ordered[index] as Segment).places) {
        if (item === undefined || item.sequence < from) continue
        if (page.length === limit) break
        page.push(item)
      }
    }
    return page
  }

  /** The index of the first segment with this number or a greater one. */
  #indexFrom(number: number): number {
    let low = 0
    let high = this.#ordered.length
    // Nearly always the item belongs to the last segment, or after it.
    if (high > 0 && (this.#ordered[high - 1] as Segment).number < number) return high
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#ordered[middle] as Segment).number < number) low = middle + 1
      else high = middle
    }
    return low
  }
}
