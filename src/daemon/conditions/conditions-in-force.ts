/** The conditions that a daemon was started with, and those that a test sets in their place. */
import { realNow } from '../../clock/real-time.js'
import { usageError } from '../../errors.js'
import { seededRandom } from '../../ids/random.js'
import type { ConditionSpec } from './condition-spec.js'
import { type ConditionSurroundings, Conditions } from './conditions.js'

/** Which conditions are in force. */
export class ConditionsInForce {
  readonly #around: ConditionSurroundings
  readonly #usual: readonly ConditionSpec[]
  readonly #seed: string
  #current: Conditions | undefined
  #isUsual = true

  /** Without a seed, it draws one. */
  constructor(around: ConditionSurroundings, usual: readonly ConditionSpec[] = [], seed?: number | string) {
    this.#around = around
    this.#usual = usual
    this.#seed = String(seed ?? newSeed())
    this.#begin(usual, this.#seed)
  }

  /** The conditions in force. Undefined if there are none. */
  get current(): Conditions | undefined {
    return this.#current
  }

  /** Sets others in place of the usual ones. @throws QueratorError if that was done already */
  replace(specs: readonly ConditionSpec[], seed: string | undefined): Conditions | undefined {
    if (!this.#isUsual) {
      throw usageError(`other conditions are set already: ${this.#current?.texts.join('; ')}; end them first`)
    }
    this.#isUsual = false
    this.#begin(specs, seed ?? this.#seed)
    return this.#current
  }

  /** Goes back to the usual ones, if these are in force. Does nothing if not. */
  endOf(conditions: Conditions): void {
    if (conditions !== this.#current || this.#isUsual) return
    this.#isUsual = true
    this.#begin(this.#usual, this.#seed)
  }

  /** Puts those in force back to their start: nothing is healthy any more. */
  restart(): void {
    this.#current?.restart()
  }

  #begin(specs: readonly ConditionSpec[], seed: string): void {
    this.#current?.end()
    this.#current = specs.length === 0 ? undefined : new Conditions(this.#around, specs, seed)
  }
}

/** Short enough to be copied by hand. */
function newSeed(): string {
  return seededRandom(`${realNow()} ${process.pid} ${process.hrtime.bigint()}`)().toString(36)
}
