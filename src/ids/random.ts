/** Seeded random numbers. The same seed gives the same ids, and the same result of every other random choice. */
import { realNow } from '../clock/real-time.js'

/** Returns the next number in 0 ≤ n < 2³². */
export type Random = () => number

/** Random numbers that can start again, or go on where others stand. Without a seed, they are others each time. */
export class RestartedRandom {
  readonly #seed: number | string | undefined
  #state: number
  /** Returns the next number. */
  readonly draw: Random = () => {
    this.#state = next(this.#state)
    return mixed(this.#state)
  }

  constructor(seed: number | string | undefined) {
    this.#seed = seed
    this.#state = this.#begun()
  }

  /** Where the numbers stand. */
  get state(): number {
    return this.#state
  }

  /** Starts again. */
  restart(): void {
    this.#state = this.#begun()
  }

  /** Begins as in a later life, so that a seed does not give the ids of the lives before again. */
  beginLife(life: number): void {
    if (this.#seed !== undefined && life > 1) this.#state = stateOf(`${this.#seed} ${life}`)
  }

  /** Goes on where other numbers stand. */
  goOn(state: number): void {
    this.#state = state
  }

  #begun(): number {
    return stateOf(this.#seed ?? `${realNow()} ${process.pid} ${process.hrtime.bigint()}`)
  }
}

/** Returns a small generator (mulberry32 over a hash of the seed). Good enough for ids, not for secrets. */
export function seededRandom(seed: number | string): Random {
  let state = stateOf(seed)
  return () => {
    state = next(state)
    return mixed(state)
  }
}

function stateOf(seed: number | string): number {
  let state = 0x811c9dc5
  for (const character of String(seed)) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01000193)
  return state
}

function next(state: number): number {
  return (state + 0x6d2b79f5) | 0
}

function mixed(state: number): number {
  let bits = Math.imul(state ^ (state >>> 15), 1 | state)
  bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
  return (bits ^ (bits >>> 14)) >>> 0
}
