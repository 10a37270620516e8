/** A priority queue by deadline: earliest first, equal deadlines by rank. */
import { Heap } from './heap.js'

/** Reads the deadline and rank of a heap entry, and stores its place in the heap. */
export interface DeadlineKeys<T> {
  /** The deadline, in milliseconds. Must not change while the thing is in the heap. */
  at(thing: T): number
  /** The order of equal deadlines. Smaller goes first. */
  rank(thing: T): number
  /** The index in the heap, or -1 if the thing is not in the heap. */
  place(thing: T): number
  /** Stores the index in the heap. */
  setPlace(thing: T, place: number): void
}

/** A heap ordered by deadline. Everything starts with place -1. */
export class DeadlineHeap<T> extends Heap<T> {
  readonly #at: (thing: T) => number

  constructor({ at, rank, place, setPlace }: DeadlineKeys<T>) {
    const isBefore = (a: T, b: T) => {
      const difference = at(a) - at(b)
      return difference < 0 || (difference === 0 && rank(a) < rank(b))
    }
    super({ isBefore, place, setPlace })
    this.#at = at
  }

  /** Returns the earliest deadline, or `Infinity`. O(1). */
  next(): number {
    const first = this.peek()
    return first === undefined ? Number.POSITIVE_INFINITY : this.#at(first)
  }

  /** Removes and returns everything whose deadline is at or before `now`, earliest first. */
  takeDue(now: number): T[] {
    const due: T[] = []
    while (this.next() <= now) {
      const first = this.peek() as T
      this.remove(first)
      due.push(first)
    }
    return due
  }
}
