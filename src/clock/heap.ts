/** A priority queue whose entries know their own places, so that removing or moving one from the middle is O(log n). */

/** Orders the entries of a heap, and stores their places in it. */
export interface HeapKeys<T> {
  isBefore(a: T, b: T): boolean
  /** The index in the heap, or -1 if the thing is not in the heap. */
  place(thing: T): number
  /** Stores the index in the heap. */
  setPlace(thing: T, place: number): void
}

/** A priority queue. Everything starts with place -1. */
export class Heap<T> {
  readonly #heap: T[] = []
  readonly #keys: HeapKeys<T>

  constructor(keys: HeapKeys<T>) {
    this.#keys = keys
  }

  /** The number of entries in the heap. */
  get size(): number {
    return this.#heap.length
  }

  /** Returns the first thing in the order, or `undefined`. O(1). */
  peek(): T | undefined {
    return this.#heap[0]
  }

  /** Adds a thing that is not in the heap. O(log n). */
  add(thing: T): void {
    this.#heap.push(thing)
    this.#up(this.#heap.length - 1, thing)
  }

  /** Removes a thing. Does nothing if it is not in the heap. O(log n). */
  remove(thing: T): void {
    const place = this.#keys.place(thing)
    if (place < 0) return
    this.#keys.setPlace(thing, -1)
    const last = this.#heap.pop() as T
    if (last === thing) return
    this.#down(place, last)
    this.#up(this.#keys.place(last), last)
  }

  /** Moves a thing of the heap to its new place after its order changed. O(log n). */
  moved(thing: T): void {
    if (this.#heap.length === 1) return
    this.#down(this.#keys.place(thing), thing)
    this.#up(this.#keys.place(thing), thing)
  }

  /** Removes everything. */
  clear(): void {
    for (const thing of this.#heap) this.#keys.setPlace(thing, -1)
    this.#heap.length = 0
  }

  #up(start: number, thing: T): void {
    let place = start
    while (place > 0) {
      const parentPlace = (place - 1) >> 1
      const parent = this.#heap[parentPlace] as T
      if (!this.#keys.isBefore(thing, parent)) break
      this.#put(place, parent)
      place = parentPlace
    }
    this.#put(place, thing)
  }

  #down(start: number, thing: T): void {
    const heap = this.#heap
    let place = start
    for (let child = 2 * place + 1; child < heap.length; child = 2 * place + 1) {
      if (child + 1 < heap.length && this.#keys.isBefore(heap[child + 1] as T, heap[child] as T)) child++
      if (!this.#keys.isBefore(heap[child] as T, thing)) break
      this.#put(place, heap[child] as T)
      place = child
    }
    this.#put(place, thing)
  }

  #put(place: number, thing: T): void {
    this.#heap[place] = thing
    this.#keys.setPlace(thing, place)
  }
}
