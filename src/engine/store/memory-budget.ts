/**
 * Counts the memory of a daemon for items, and for requests that are being read or held, against a limit. Sizes are estimates in bytes
 * from the length of strings. Nothing is measured.
 */
import { QueratorError } from '../../errors.js'
import type { Item, ItemContent } from './item.js'

/** The size of an item without its strings: the object, its place in the tables, its deadlines, and the string headers. */
const ITEM = 200
/** A string outside of Latin 1 takes two bytes for each character. Payloads are always Latin 1. */
const CHARACTER = 2

/** The share of the limit at which it counts as nearly reached. */
const NEAR = 0.8

/** Returns the size of an item with this content. */
export function contentSize({ payload, reference, encoding, kind }: ItemContent, sourceId = ''): number {
  return ITEM + payload.length + CHARACTER * (reference.length + encoding.length + kind.length + sourceId.length)
}

/** The largest reply in bytes. A string cannot be longer than 512 MB. */
export const MOST_IN_ANSWER = 400e6

/** No process has so little memory that this would be near its limit. To ask for the limit takes two milliseconds. */
const SMALL = 8e6

/** How many bytes may be on their way to clients under any limit. */
const LEAST_FOR_ANSWERS = 64e6

/** Returns the largest size of an item with this content in a reply: the payload in base64, and all strings escaped. */
export function answerSize({ payload, reference, encoding, kind }: ItemContent): number {
  return ITEM + 1.4 * payload.length + 6 * (reference.length + encoding.length + kind.length)
}

/** Returns the size of an item. */
export function itemSize(item: Item): number {
  return contentSize(item, item.sourceId)
}

/** Returns a size for humans, such as `12.5MB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1e3) return `${bytes} bytes`
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)}kB` : `${(bytes / 1e6).toFixed(1)}MB`
}

/** Counts the memory of the items of one queue within the daemon's budget, in bytes. */
export class QueueMemory {
  readonly #budget: MemoryBudget
  #size = 0

  constructor(budget: MemoryBudget) {
    this.#budget = budget
  }

  get size(): number {
    return this.#size
  }

  /** Adds the size of an item. A negative size removes it. */
  add(bytes: number): void {
    this.#size += bytes
    this.#budget.add(bytes)
  }

  /** Call when the queue and its items are gone. */
  end(): void {
    this.add(-this.#size)
  }
}

/** The memory budget of a daemon. Only additions need room. What is stored may always move. */
export class MemoryBudget {
  #limit: number | (() => number)
  /** How much is within any limit. */
  readonly #small: number
  readonly #near: () => void
  #used = 0
  #leaving = 0
  #warned = false

  /** `near` is called once, when most of the limit is in use. A function that returns the limit is called when that matters. */
  constructor(limit: number | (() => number), near: () => void = () => undefined) {
    this.#limit = limit
    this.#small = typeof limit === 'number' ? 0 : SMALL
    this.#near = near
  }

  /** In bytes. */
  get limit(): number {
    if (typeof this.#limit !== 'number') this.#limit = this.#limit()
    return this.#limit
  }

  /** Says what is held elsewhere and does not count, for errors. Default: nothing. */
  elsewhere: () => string = () => ''

  /** The number of bytes in use. */
  get used(): number {
    return this.#used + this.#leaving
  }

  /** Returns whether this many more bytes are within the limit. */
  hasRoom(bytes: number): boolean {
    const used = this.used + bytes
    return used <= this.#small || used <= this.limit
  }

  /** Returns whether a reply of this size may be made. It always may, unless clients do not read their replies. */
  hasRoomToAnswer(bytes: number): boolean {
    const leaving = this.#leaving + bytes
    return leaving <= LEAST_FOR_ANSWERS || leaving <= this.limit
  }

  /** Counts a reply on its way to a client. */
  leaves(bytes: number): void {
    this.#leaving += bytes
  }

  /** Stops counting a reply that was sent or dropped. */
  hasLeft(bytes: number): void {
    this.#leaving -= bytes
  }

  /** Returns the error for a request whose body is too large on its own. `size` is in bytes, or -1 if unknown. */
  noRoom(size: number): QueratorError {
    const request =
      size < 0 ? 'this request' : `a body of ${bytesText(size)}, which takes three times that while it is read`
    return new QueratorError(
      453,
      `memory limit of ${bytesText(this.limit)} reached; ${bytesText(this.used)} are in use${this.elsewhere()}, and there is no room for ${request}. Send smaller requests or fewer at once, or raise the limit (limits: { memory }, --memory-limit)`,
    )
  }

  /** Counts memory that is held from now on. */
  add(bytes: number): void {
    this.#used += bytes
    if (this.#warned || this.#used < this.#small || this.#used < this.limit * NEAR) return
    this.#warned = true
    this.#near()
  }

  /** Stops counting memory. */
  remove(bytes: number): void {
    this.#used -= bytes
  }
}
