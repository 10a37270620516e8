/**
 * A priority queue of things with a deadline: earliest first, equal deadlines in a given order.
 *
 * Each thing remembers its own place in a field of its choice, so that removing one from the middle is O(log n)
 * and nothing is allocated for an entry.
 */

/** How the heap reads a thing's deadline, its rank among equals, and where it keeps its place. */
export interface HeapKeys<T> {
  /** The deadline, in milliseconds. Must not change while the thing is in the heap. */
  at(thing: T): number
  /** Smaller goes first among equal deadlines. */
  rank(thing: T): number
  /** The place of the thing, -1 when it is not in the heap. */
  place(thing: T): number
  /** Notes the place of the thing. */
  setPlace(thing: T, place: number): void
}

/** See the head of this file. Things start, and must be created, with place -1. */
export class DeadlineHeap<T> {
  readonly #heap: T[] = []
  readonly #keys: HeapKeys<T>

  constructor(keys: HeapKeys<T>) {
    this.#keys = keys
  }

  /** How many things are in the heap. */
  get size(): number {
    return this.#heap.length
  }

  /** The thing with the earliest deadline, or undefined. O(1). */
  peek(): T | undefined {
    return this.#heap[0]
  }

  /** The earliest deadline, or `Infinity`. O(1). */
  next(): number {
    const first = this.#heap[0]
    return first === undefined ? Number.POSITIVE_INFINITY : this.#keys.at(first)
  }

  /** Adds a thing that is not in the heap. O(log n). */
  add(thing: T): void {
    this.#heap.push(thing)
    this.#up(this.#heap.length - 1, thing)
  }

  /** Removes a thing; does nothing when it is not in the heap. O(log n). */
  remove(thing: T): void {
    const place = this.#keys.place(thing)
    if (place < 0) return
    this.#keys.setPlace(thing, -1)
    const last = this.#heap.pop() as T
    if (last === thing) return
    this.#down(place, last)
    this.#up(this.#keys.place(last), last)
  }

  /** Removes and answers everything whose deadline is at or before `now`, earliest first. */
  takeDue(now: number): T[] {
    const due: T[] = []
    while (this.next() <= now) {
      const first = this.#heap[0] as T
      this.remove(first)
      due.push(first)
    }
    return due
  }

  /** Removes everything. */
  clear(): void {
    for (const thing of this.#heap) this.#keys.setPlace(thing, -1)
    this.#heap.length = 0
  }

  #before(a: T, b: T): boolean {
    const difference = this.#keys.at(a) - this.#keys.at(b)
    return difference < 0 || (difference === 0 && this.#keys.rank(a) < this.#keys.rank(b))
  }

  #up(start: number, thing: T): void {
    let place = start
    while (place > 0) {
      const parentPlace = (place - 1) >> 1
      const parent = this.#heap[parentPlace] as T
      if (!this.#before(thing, parent)) break
      this.#put(place, parent)
      place = parentPlace
    }
    this.#put(place, thing)
  }

  #down(start: number, thing: T): void {
    let place = start
    const end = this.#heap.length
    for (;;) {
      let childPlace = 2 * place + 1
      if (childPlace >= end) break
      const right = childPlace + 1
      if (right < end && this.#before(this.#heap[right] as T, this.#heap[childPlace] as T)) childPlace = right
      const child = this.#heap[childPlace] as T
      if (!this.#before(child, thing)) break
      this.#put(place, child)
      place = childPlace
    }
    this.#put(place, thing)
  }

  #put(place: number, thing: T): void {
    this.#heap[place] = thing
    this.#keys.setPlace(thing, place)
  }
}
