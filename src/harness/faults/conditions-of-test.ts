/** Conditions, as a test holds them. */
import { inspect } from 'node:util'
import { DISPOSE } from '../../async-dispose.js'
import { checkOptions } from '../../client/known-options.js'
import type { Conditions } from '../../daemon/conditions/conditions.js'
import type { ConditionsInForce } from '../../daemon/conditions/conditions-in-force.js'
import { usageError } from '../../errors.js'
import { type Condition, conditionsOf, type UnderOptions } from './condition-options.js'

/** Sets conditions. @throws QueratorError if one is wrong, or others are set already */
export function setConditions(
  inForce: ConditionsInForce,
  given: Condition | readonly Condition[],
  options: UnderOptions,
): TestConditions {
  checkOptions('under', options, ['seed'])
  const { seed } = options
  if (seed !== undefined && typeof seed !== 'string' && typeof seed !== 'number') {
    throw usageError(`under: seed is a number or a text; got ${inspect(seed, { depth: 0 })}`)
  }
  const specs = conditionsOf('under', given)
  if (specs.length === 0) throw usageError("under takes at least one condition, such as 'at-least-once'")
  const conditions = inForce.replace(specs, seed === undefined ? undefined : String(seed))
  return new TestConditions(conditions as Conditions, inForce)
}

/** Says what conditions did with the calls on these queues, and how to have the same again. Empty if there are none. */
export function conditionStories(current: Conditions | undefined, queues: readonly string[]): string[] {
  if (current === undefined) return []
  const acted = current.acted(queues)
  const often = acted === 0 ? 'did not act in this test' : acted === 1 ? 'acted once' : `acted ${acted} times`
  return [`conditions: ${current.texts.join('; ')}; they ${often}; for the same again, set seed: '${current.seed}'`]
}

/** Conditions that a test has set. They act until they are ended, or the test is over. */
export class TestConditions {
  readonly #conditions: Conditions
  readonly #inForce: ConditionsInForce

  /** @internal */
  constructor(conditions: Conditions, inForce: ConditionsInForce) {
    this.#conditions = conditions
    this.#inForce = inForce
  }

  /** The seed. With the same one, they act on the same calls. */
  get seed(): string {
    return this.#conditions.seed
  }

  /** On how many calls they have acted so far. */
  get acted(): number {
    return this.#conditions.acted()
  }

  /** Ends them. Does nothing if they have ended. The conditions of the option `conditions` are in force again. */
  end(): void {
    this.#inForce.endOf(this.#conditions)
  }

  /** Calls {@link end}, for `using`. */
  [DISPOSE](): void {
    this.end()
  }
}
