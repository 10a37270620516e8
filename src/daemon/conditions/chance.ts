/** Decides on which calls a condition acts. */
import { type Random, seededRandom } from '../../ids/random.js'

/** Chooses one in `oneIn` calls on average, and the first one always, so that a short test meets the condition too. */
export class Chance {
  readonly #random: Random
  readonly #oneIn: number
  #left = 1

  constructor(seed: string, oneIn: number) {
    this.#random = seededRandom(seed)
    this.#oneIn = oneIn
  }

  /** Whether the condition acts on the next call. */
  chooses(): boolean {
    this.#left--
    if (this.#left > 0) return false
    this.#left = this.upTo(2 * this.#oneIn - 1)
    return true
  }

  /** Draws a whole number from 1 to `most`. */
  upTo(most: number): number {
    return 1 + (this.#random() % most)
  }
}
