/** The first of a set of things, by an order in which single ones move: a heap from which nothing is ever taken. */

/** A heap of things that move often. Each has a number of its own, from 0 on. */
export class Ranking<T extends { readonly number: number }> {
  readonly #heap: T[]
  /** Where each thing stands in the heap, by its number. */
  readonly #places: Int32Array
  readonly #isBefore: (a: T, b: T) => boolean

  constructor(things: readonly T[], isBefore: (a: T, b: T) => boolean) {
    this.#heap = [...things]
    this.#places = new Int32Array(things.length)
    this.#isBefore = isBefore
    for (let place = things.length - 1; place >= 0; place--) this.#down(place, this.#heap[place] as T)
  }

  /** The thing before all others; undefined when there are none. */
  get first(): T | undefined {
    return this.#heap[0]
  }

  /** Puts a thing where it belongs by now. */
  moved(thing: T): void {
    if (this.#heap.length === 1) return
    this.#down(this.#places[thing.number] as number, thing)
    this.#up(this.#places[thing.number] as number, thing)
  }

  #up(start: number, thing: T): void {
    let place = start
    while (place > 0) {
      const parentPlace = (place - 1) >> 1
      const parent = this.#heap[parentPlace] as T
      if (!this.#isBefore(thing, parent)) break
      this.#put(place, parent)
      place = parentPlace
    }
    this.#put(place, thing)
  }

  #down(start: number, thing: T): void {
    const heap = this.#heap
    let place = start
    for (let child = 2 * place + 1; child < heap.length; child = 2 * place + 1) {
      if (child + 1 < heap.length && this.#isBefore(heap[child + 1] as T, heap[child] as T)) child++
      if (!this.#isBefore(heap[child] as T, thing)) break
      this.#put(place, heap[child] as T)
      place = child
    }
    this.#put(place, thing)
  }

  #put(place: number, thing: T): void {
    this.#heap[place] = thing
    this.#places[thing.number] = place
  }
}
