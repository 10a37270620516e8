/**
 * The leasable items of a partition in the order of their ids. An item becomes leasable only at the tail, because it
 * gets a new id then; it can leave from anywhere.
 */
import type { Item } from './item.js'

/** See the head of this file. Every step is O(1). */
export class FreeList {
  #first: Item | undefined
  #last: Item | undefined
  #size = 0

  get size(): number {
    return this.#size
  }

  /** The item that would be leased next. */
  get first(): Item | undefined {
    return this.#first
  }

  append(item: Item): void {
    item.previous = this.#last
    item.following = undefined
    if (this.#last === undefined) this.#first = item
    else this.#last.following = item
    this.#last = item
    this.#size++
  }

  remove(item: Item): void {
    if (item.previous === undefined) this.#first = item.following
    else item.previous.following = item.following
    if (item.following === undefined) this.#last = item.previous
    else item.following.previous = item.previous
    item.previous = undefined
    item.following = undefined
    this.#size--
  }
}
