/** A priority queue of things with a deadline: earliest first, equal deadlines in a given order. */
import { Heap } from './heap.js'

/** How the heap reads a thing's deadline, its rank among equals, and where it keeps its place. */
export interface DeadlineKeys<T> {
  /** The deadline, in milliseconds. Must not change while the thing is in the heap. */
  at(thing: T): number
  /** Smaller goes first among equal deadlines. */
  rank(thing: T): number
  /** The place of the thing, -1 when it is not in the heap. */
  place(thing: T): number
  /** Notes the place of the thing. */
  setPlace(thing: T, place: number): void
}

/** A heap of things with a deadline. Things start with place -1. */
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

  /** The earliest deadline, or `Infinity`. O(1). */
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
