/**
 * How much memory a daemon may use for what it holds, and how much it uses: items, and requests that are on their way
 * or held. Sizes are estimates in bytes, from the length of texts; nothing is measured.
 */
import { QueratorError } from '../../errors.js'
import type { Item, ItemContent } from './item.js'

/** What an item takes beside its texts: the object, its place in the tables, its deadlines, and the heads of the texts. */
const ITEM = 200
/** A text outside of Latin 1 takes two bytes for each character; the payload never is one. */
const CHARACTER = 2

/** From this share of the limit on it is near. */
const NEAR = 0.8

/** What an item with this content takes. */
export function contentSize({ payload, reference, encoding, kind }: ItemContent, sourceId = ''): number {
  return ITEM + payload.length + CHARACTER * (reference.length + encoding.length + kind.length + sourceId.length)
}

/** The most that one answer may be, in bytes: a text of more than 512 MB cannot be made. */
export const MOST_IN_ANSWER = 400e6

/** So much may always be on its way to clients, in bytes. */
const LEAST_FOR_ANSWERS = 64e6

/** The most that an item with this content takes in a reply: its payload in base64, all of its texts escaped. */
export function answerSize({ payload, reference, encoding, kind }: ItemContent): number {
  return ITEM + 1.4 * payload.length + 6 * (reference.length + encoding.length + kind.length)
}

/** What an item takes. */
export function itemSize(item: Item): number {
  return contentSize(item, item.sourceId)
}

/** A size for people, such as `12.5MB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1e3) return `${bytes} bytes`
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)}kB` : `${(bytes / 1e6).toFixed(1)}MB`
}

/** What the items of one queue take, within the budget of its daemon. In bytes. */
export class QueueMemory {
  readonly #budget: MemoryBudget
  #size = 0

  constructor(budget: MemoryBudget) {
    this.#budget = budget
  }

  get size(): number {
    return this.#size
  }

  /** Counts an item in, or with a negative size out. */
  add(bytes: number): void {
    this.#size += bytes
    this.#budget.add(bytes)
  }

  /** The queue is gone, and its items with it. */
  end(): void {
    this.add(-this.#size)
  }
}

/** The budget of one daemon. Only additions ask for room; what is there may always move. */
export class MemoryBudget {
  /** In bytes. */
  readonly limit: number
  readonly #near: () => void
  #used = 0
  #leaving = 0
  #told = false

  /** `near` is called once, when most of the limit is used. */
  constructor(limit: number, near: () => void = () => undefined) {
    this.limit = limit
    this.#near = near
  }

  /** How much is used, in bytes. */
  get used(): number {
    return this.#used + this.#leaving
  }

  /** Whether this many bytes more would be within the limit. */
  hasRoom(bytes: number): boolean {
    return this.used + bytes <= this.limit
  }

  /** Whether an answer of this many bytes may be made: however full it is, unless clients do not read what they asked for. */
  hasRoomToAnswer(bytes: number): boolean {
    return this.#leaving + bytes <= Math.max(this.limit, LEAST_FOR_ANSWERS)
  }

  /** Counts an answer on its way to a client. */
  leaves(bytes: number): void {
    this.#leaving += bytes
  }

  /** Stops counting an answer that was sent or dropped. */
  hasLeft(bytes: number): void {
    this.#leaving -= bytes
  }

  /** The refusal of a request whose body would be too much by itself; `size` in bytes, -1 where nobody knows. */
  noRoom(size: number): QueratorError {
    const request =
      size < 0 ? 'this request' : `a body of ${bytesText(size)}, which takes three times that while it is read`
    return new QueratorError(
      453,
      `memory limit of ${bytesText(this.limit)} reached; ${bytesText(this.used)} are in use, and there is no room for ${request}. Send smaller requests or fewer at once, or raise the limit (limits: { memory }, --memory-limit)`,
    )
  }

  /** Counts something that is held from now on. */
  add(bytes: number): void {
    this.#used += bytes
    if (this.#told || this.#used < this.limit * NEAR) return
    this.#told = true
    this.#near()
  }

  /** Counts it out again. */
  remove(bytes: number): void {
    this.#used -= bytes
  }
}
