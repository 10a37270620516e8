/** The conditions that a daemon was started with, and those that a test sets in their place. */
import { realNow } from '../../clock/real-time.js'
import { usageError } from '../../errors.js'
import { seededRandom } from '../../ids/random.js'
import type { ConditionSpec } from './condition-spec.js'
import { type ConditionSurroundings, Conditions } from './conditions.js'

/** Which conditions are in force. */
export class ConditionsInForce {
  readonly #around: ConditionSurroundings
  readonly #seed: string
  readonly #usual: Conditions | undefined
  /** Those that a test has set in their place. */
  #others: Conditions | undefined

  /** Without a seed, it draws one. */
  constructor(around: ConditionSurroundings, usual: readonly ConditionSpec[] = [], seed?: number | string) {
    this.#around = around
    this.#seed = String(seed ?? newSeed())
    this.#usual = usual.length === 0 ? undefined : new Conditions(around, usual, this.#seed)
  }

  /** The conditions in force. Undefined if there are none. */
  get current(): Conditions | undefined {
    return this.#others ?? this.#usual
  }

  /** Those that the daemon was started with. Undefined if there are none. */
  get usual(): Conditions | undefined {
    return this.#usual
  }

  /** Sets others in place of the usual ones. @throws QueratorError if that was done already */
  replace(specs: readonly ConditionSpec[], seed: string | undefined): Conditions {
    if (this.#others !== undefined) {
      throw usageError(`other conditions are set already: ${this.#others.texts.join('; ')}; end them first`)
    }
    this.#usual?.end()
    this.#others = new Conditions(this.#around, specs, seed ?? this.#seed)
    return this.#others
  }

  /** Goes back to the usual ones, if these are in force. Does nothing if not. */
  endOf(conditions: Conditions): void {
    if (conditions !== this.#others) return
    this.#others.end()
    this.#others = undefined
    this.#usual?.begin()
  }

  /** A test begins. */
  beginTest(): void {
    this.#usual?.beginTest()
    this.#others?.beginTest()
  }

  /** No test runs any more. */
  endTest(): void {
    this.current?.endTest()
  }

  /** Puts them back to their start: nothing is healthy any more. */
  restart(): void {
    this.#usual?.restart()
    this.#others?.restart()
  }
}

/** Short enough to be copied by hand. */
function newSeed(): string {
  return seededRandom(`${realNow()} ${process.pid} ${process.hrtime.bigint()}`)().toString(36)
}
