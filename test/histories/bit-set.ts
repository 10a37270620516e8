/** A set of small numbers, and a cache of such sets together with a state. */

/** A set of numbers below a limit. Its hash is updated with each change. */
export class BitSet {
  readonly words: Uint32Array
  #hash = 0

  constructor(size: number) {
    this.words = new Uint32Array(Math.ceil(size / 32))
  }

  /** Equal for equal sets, and almost never equal for different ones. */
  get hash(): number {
    return this.#hash
  }

  has(number: number): boolean {
    return ((this.words[number >>> 5] as number) & (1 << (number & 31))) !== 0
  }

  set(number: number): void {
    if (!this.has(number)) this.#flip(number)
  }

  clear(number: number): void {
    if (this.has(number)) this.#flip(number)
  }

  #flip(number: number): void {
    this.words[number >>> 5] = (this.words[number >>> 5] as number) ^ (1 << (number & 31))
    this.#hash = (this.#hash ^ scattered(number)) >>> 0
  }
}

/** Remembers which sets it has seen with which states. */
export class SeenConfigurations {
  readonly #seen = new Map<string, Uint32Array[]>()

  /** Returns false if it has already seen this set with this state. */
  add(set: BitSet, state: string): boolean {
    const key = `${set.hash} ${state}`
    const alike = this.#seen.get(key)
    if (alike === undefined) {
      this.#seen.set(key, [set.words.slice()])
      return true
    }
    if (alike.some((words) => words.every((word, place) => word === set.words[place]))) return false
    alike.push(set.words.slice())
    return true
  }
}

/** Spreads a number over 32 bits. */
function scattered(number: number): number {
  let mixed = Math.imul(number + 1, 0x9e3779b1)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
