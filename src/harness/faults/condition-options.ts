/** The conditions that a test sets, and their checks. */
import { inspect } from 'node:util'
import { checkOptions, unknownText } from '../../client/known-options.js'
import { givenMilliseconds } from '../../clock/given-duration.js'
import { CONDITIONS, type ConditionName, type ConditionSpec } from '../../daemon/conditions/condition-spec.js'
import { usageError } from '../../errors.js'
import type { MethodName } from '../../protocol/methods.js'

/** The calls whose replies can be lost under the condition `'lossy'`. */
export type LossyCall = 'queue.produce' | 'queue.lease' | 'queue.complete' | 'queue.retry'

/**
 * A condition with its settings:
 *
 * - `'at-least-once'`: the lease of each item runs out just before it is completed, so that the item is handed out again, until that
 *   happened `times` times in all (default 2)
 * - `'lossy'`: the connection breaks before the reply of one in `oneIn` calls (default 5). `calls` are those that can lose their reply
 *   (default produce, complete and retry)
 * - `'slow'`: each call takes up to `upTo` longer, by the machine's clock (default `'20ms'`)
 * - `'crowded'`: `consumers` other consumers (default 3) take up to three items before one in `oneIn` leases (default 2), and give them back
 *   a moment later
 */
export type ConditionOptions =
  | {
      /** The condition. */
      readonly name: 'at-least-once'
      /** How often each item is handed out. Default 2. */
      readonly times?: number
    }
  | {
      /** The condition. */
      readonly name: 'lossy'
      /** One in how many replies is lost. Default 5. */
      readonly oneIn?: number
      /** The calls whose replies can be lost. Default: produce, complete and retry. */
      readonly calls?: readonly LossyCall[]
    }
  | {
      /** The condition. */
      readonly name: 'slow'
      /** How much longer a call takes at most: milliseconds, or a duration. Default `'20ms'`, at most a second. */
      readonly upTo?: number | string
    }
  | {
      /** The condition. */
      readonly name: 'crowded'
      /** The number of other consumers. Default 3. */
      readonly consumers?: number
      /** Before one in how many leases they take items. Default 2. */
      readonly oneIn?: number
    }

/** A condition by its name, or with settings. */
export type Condition = ConditionName | ConditionOptions

/** Options of `daemon.under()`. */
export interface UnderOptions {
  /** With the same seed, the conditions act on the same calls. Default: the option `seed` of the daemon, or else a new one. */
  readonly seed?: number | string
  /** Whether the test may end without a call that they acted on. Default false: such a test fails. */
  readonly optional?: boolean
}

/** The settings of each condition. */
const SETTINGS: Readonly<Record<ConditionName, readonly string[]>> = {
  'at-least-once': ['times'],
  lossy: ['oneIn', 'calls'],
  slow: ['upTo'],
  crowded: ['consumers', 'oneIn'],
}
const LOSSY: Readonly<Record<LossyCall, MethodName>> = {
  'queue.produce': 'queueProduce',
  'queue.lease': 'queueLease',
  'queue.complete': 'queueComplete',
  'queue.retry': 'queueRetry',
}
const USUALLY_LOST: readonly LossyCall[] = ['queue.produce', 'queue.complete', 'queue.retry']
/** More would only make tests run into their timeouts. In milliseconds. */
const SLOWEST = 1000
/** Beyond these, a condition never acts, or stands for nothing real. */
const MOST_TIMES = 100
const MOST_CONSUMERS = 100
const RAREST = 10_000

/** @throws QueratorError if it is no number and no text, or one that says nothing */
export function checkSeed(what: string, seed: unknown): void {
  if (typeof seed === 'string' ? seed !== '' : Number.isFinite(seed)) return
  throw usageError(`${what} is a number or a text; got ${inspect(seed, { depth: 0 })}`)
}

/** Returns the conditions that are meant. @throws QueratorError if one is unknown, given twice, or has a wrong setting */
export function conditionsOf(taker: string, given: Condition | readonly Condition[]): ConditionSpec[] {
  const specs = (Array.isArray(given) ? given : [given]).map((one) => specOf(taker, one as Condition))
  const names = specs.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice === undefined) return specs
  throw usageError(`${taker}: the condition '${twice}' is given twice; give it once, with all of its settings`)
}

function specOf(taker: string, given: Condition): ConditionSpec {
  const options = typeof given === 'string' ? { name: given } : given
  const { name } = Object(options) as { name?: unknown }
  const known = CONDITIONS.find((one) => one === name)
  if (known === undefined) {
    const shown = typeof name === 'string' ? name : inspect(given, { depth: 0 })
    throw usageError(unknownText(taker, shown, CONDITIONS, 'condition'))
  }
  checkOptions(`the condition '${known}'`, options, ['name', ...SETTINGS[known]])
  return read(options as ConditionOptions)
}

function read(options: ConditionOptions): ConditionSpec {
  const { name } = options
  switch (name) {
    case 'at-least-once':
      return { name, times: count(name, 'times', options.times ?? 2, { least: 2, most: MOST_TIMES }) }
    case 'lossy':
      return { name, oneIn: oneIn(name, options.oneIn ?? 5), calls: lossyCalls(options.calls ?? USUALLY_LOST) }
    case 'slow':
      return { name, upTo: upTo(options.upTo ?? 20) }
    case 'crowded': {
      const consumers = count(name, 'consumers', options.consumers ?? 3, { least: 1, most: MOST_CONSUMERS })
      return { name, consumers, oneIn: oneIn(name, options.oneIn ?? 2) }
    }
  }
}

function oneIn(name: string, given: unknown): number {
  return count(name, 'oneIn', given, { least: 1, most: RAREST })
}

function count(
  name: string,
  setting: string,
  given: unknown,
  { least, most }: { least: number; most: number },
): number {
  if (typeof given === 'number' && Number.isInteger(given) && given >= least && given <= most) return given
  throw usageError(
    `the condition '${name}': ${setting} is a whole number from ${least} to ${most}; got ${inspect(given, { depth: 0 })}`,
  )
}

function upTo(given: number | string): number {
  const ms = givenMilliseconds("the condition 'slow': upTo", given)
  if (ms >= 1 && ms <= SLOWEST) return Math.ceil(ms)
  throw usageError(`the condition 'slow': upTo is from 1ms to ${SLOWEST}ms; got ${inspect(given)}`)
}

function lossyCalls(given: readonly LossyCall[]): MethodName[] {
  if (!Array.isArray(given) || given.length === 0) {
    throw usageError(`the condition 'lossy': calls is a list of calls; got ${inspect(given, { depth: 0 })}`)
  }
  return (given as readonly LossyCall[]).map((call) => {
    if (Object.hasOwn(LOSSY, call)) return LOSSY[call]
    throw usageError(unknownText("the condition 'lossy'", String(call), Object.keys(LOSSY), 'call'))
  })
}
