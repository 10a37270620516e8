/** Reads the numbers and texts in LevelDB's files. */
import { Damage } from './damage.js'

/** Reads from the beginning of some bytes to their end. */
export class Reader {
  readonly #name: string
  readonly #bytes: Uint8Array
  readonly #end: number
  #place: number

  constructor(name: string, bytes: Uint8Array, place = 0, end: number = bytes.length) {
    this.#name = name
    this.#bytes = bytes
    this.#place = place
    this.#end = end
  }

  /** Whether all is read. */
  get isDone(): boolean {
    return this.#place >= this.#end
  }

  /** Returns the next number: seven bits in each byte, the lowest first. @throws Damage if there is none, or it is not exact */
  number(): number {
    let value = 0
    for (let unit = 1; this.#place < this.#end && unit < 2 ** 53; unit *= 128) {
      const byte = this.#bytes[this.#place++] as number
      value += (byte & 127) * unit
      if (byte < 128) return value
    }
    throw new Damage(`${this.#name} is damaged: it has no number at byte ${this.#place}`)
  }

  /** Returns the next `length` bytes. @throws Damage if there are fewer */
  bytes(length: number): Uint8Array {
    const start = this.#place
    this.#place += length
    if (this.#place <= this.#end) return this.#bytes.subarray(start, this.#place)
    throw new Damage(`${this.#name} is damaged: it ends within what begins at byte ${start}`)
  }
}
