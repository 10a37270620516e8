/** Conditions, as a test holds them. */
import { inspect } from 'node:util'
import { DISPOSE } from '../../async-dispose.js'
import { type Origin, placesOf, siteText } from '../../client/call-site.js'
import { checkOptions } from '../../client/known-options.js'
import type { Conditions } from '../../daemon/conditions/conditions.js'
import type { ConditionsInForce } from '../../daemon/conditions/conditions-in-force.js'
import { usageError } from '../../errors.js'
import { type Condition, checkSeed, conditionsOf, type UnderOptions } from './condition-options.js'

/** On which calls conditions act, and what to do if there are none. */
export const ACTS_ON =
  'conditions act on the calls of your code, through a client, fetch or a port, and not on those of queue.produce() and queue.lease(); queue.drain() and queue.work() lose no replies'

/** Sets conditions. @throws QueratorError if one is wrong, or others are set already */
export function setConditions(
  inForce: ConditionsInForce,
  given: Condition | readonly Condition[],
  options: UnderOptions,
  origin: Origin | undefined,
): TestConditions {
  checkOptions('under', options, ['seed', 'optional'])
  const { seed, optional = false } = options
  if (seed !== undefined) checkSeed('under: seed', seed)
  if (typeof optional !== 'boolean') throw usageError(`under: optional is true or false; got ${inspect(optional)}`)
  const specs = conditionsOf('under', given)
  if (specs.length === 0) throw usageError("under takes at least one condition, such as 'at-least-once'")
  const conditions = inForce.replace(specs, seed === undefined ? undefined : String(seed))
  return new TestConditions(conditions, inForce, { optional, origin })
}

/** Says what conditions did with the calls on these queues, and how to have the same again. Empty if there are none. */
export function conditionStories(
  current: Conditions | undefined,
  queues: readonly string[] | undefined,
  after: number,
): string[] {
  return current === undefined ? [] : [storyOf(current, current.acted(queues, after))]
}

function storyOf({ texts, seed }: Conditions, acted: number): string {
  const often = acted === 0 ? 'did not act in this test' : acted === 1 ? 'acted once' : `acted ${acted} times`
  return `conditions: ${texts.join('; ')}; they ${often}; for the same again, set seed: '${seed}'`
}

/** Conditions that a test has set. They act until they are ended, or the test is over. */
export class TestConditions {
  readonly #conditions: Conditions
  readonly #inForce: ConditionsInForce
  readonly #made: { readonly optional: boolean; readonly origin: Origin | undefined }
  /** They are about every queue. @internal */
  readonly queueName = undefined

  /** @internal */
  constructor(
    conditions: Conditions,
    inForce: ConditionsInForce,
    made: { readonly optional: boolean; readonly origin: Origin | undefined },
  ) {
    this.#conditions = conditions
    this.#inForce = inForce
    this.#made = made
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

  /** They end when the healthy phase is over. @internal */
  heal(): void {}

  /** Ends them with their test. @internal */
  async endOfTest(): Promise<{ problem: string; story: string }> {
    const story = storyOf(this.#conditions, this.acted)
    const idle = this.#made.optional ? [] : this.#conditions.idle()
    this.end()
    if (idle.length === 0) return { problem: '', story }
    const what = `${idle.join('; ')}${siteText(placesOf(this.#made.origin))}`
    return { problem: `a condition never acted: ${what}\n  ${ACTS_ON}; allow it with optional: true`, story }
  }

  /** Calls {@link end}, for `using`. */
  [DISPOSE](): void {
    this.end()
  }
}
