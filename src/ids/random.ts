/** Seeded random numbers. The same seed gives the same ids, and the same result of every other random choice. */
import { realNow } from '../clock/real-time.js'

/** Returns the next number in 0 ≤ n < 2³². */
export type Random = () => number

/** Random numbers that can start again. Without a seed, they are others each time. */
export class RestartedRandom {
  readonly #seed: number | string | undefined
  #current: Random
  /** Returns the next number. */
  readonly draw: Random = () => this.#current()

  constructor(seed: number | string | undefined) {
    this.#seed = seed
    this.#current = this.#begun()
  }

  /** Starts again. */
  restart(): void {
    this.#current = this.#begun()
  }

  #begun(): Random {
    return seededRandom(this.#seed ?? `${realNow()} ${process.pid} ${process.hrtime.bigint()}`)
  }
}

/** Returns a small generator (mulberry32 over a hash of the seed). Good enough for ids, not for secrets. */
export function seededRandom(seed: number | string): Random {
  let state = 0x811c9dc5
  for (const character of String(seed)) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
}
