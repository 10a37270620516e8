/** What a fault does: how `do` is read, and its checks. */
import { inspect } from 'node:util'
import { checkOptions, unknownText } from '../../client/known-options.js'
import { givenMilliseconds } from '../../clock/given-duration.js'
import { type FaultAct, PLAIN_KINDS } from '../../daemon/faults/fault-spec.js'
import { wireName } from '../../daemon/faults/seen-call.js'
import { usageError } from '../../errors.js'
import type { MethodName } from '../../protocol/methods.js'
import { type Answer, answersOf, canSay } from './answers.js'

/**
 * What a fault does to a call:
 *
 * - `'lose-request'`: the call is not carried out, and the connection breaks
 * - `'lose-reply'`: the call is carried out, and the connection breaks before the reply
 * - `'hang'`: there is no reply until the fault is closed or the client gives up. Closing it carries the call out
 * - `{ refuse: 454 }` or `{ refuse: { code, message } }`: the call is not carried out, and gets an error that a server can give for it. 503 is
 *   that of a proxy
 * - `{ delay: '5s' }`: the request takes that long, by the daemon's clock. With `when: 'after'` the reply does
 * - `'expire-lease'`: the leases of the items run out just before a complete or retry. With `reference`, only that item's does
 * - `{ first: n }`: the lease of the item after the first n runs out just before, so that a complete or retry does n items and is refused
 * - `'deliver-twice'`: a lease gets items that another client still holds, whose leases ran out unnoticed
 * - `'reorder'`: a lease gets the free items from the tail
 * - `{ clockSkew: '30s' }`: a lease is answered as a client sees it whose clock is 30 seconds ahead: its deadlines are that much nearer
 * - `'truncate'`: the call is carried out, and half of the body of the reply arrives. Without a socket, the connection breaks as in `'lose-reply'`
 * - `'slow'`: the reply arrives byte by byte. Acts only on calls over a socket or `daemon.connect()`
 */
export type FaultAction =
  | 'lose-request'
  | 'lose-reply'
  | 'hang'
  | 'expire-lease'
  | 'deliver-twice'
  | 'reorder'
  | 'truncate'
  | 'slow'
  | {
      /** The code of the error, with its usual message for this call, or an {@link Answer} with both. */
      readonly refuse: number | Answer
    }
  | {
      /** In milliseconds, or a duration such as `'5s'`. At most 10,000 days. */
      readonly delay: number | string
      /** Whether the request or the reply takes that long. Default `'before'`: the request. */
      readonly when?: 'before' | 'after'
    }
  | {
      /** How many items are done. */
      readonly first: number
    }
  | {
      /** How far the clock of the client is ahead, in milliseconds or as a duration. A negative one is behind. At most 10,000 days. */
      readonly clockSkew: number | string
    }

/** The longest delay, and the most that a clock differs, in milliseconds: 10,000 days. */
export const LONGEST = 864_000_000_000
/** What `do` may be besides the plain kinds, which belong to the daemon: Jest's sandbox has none. */
const OTHER_ACTIONS = ['{ refuse }', '{ delay }', '{ first }', '{ clockSkew }']
/** The calls that name the items that they are about. */
export const ON_ITEMS: readonly MethodName[] = ['queueComplete', 'queueRetry']

/** Returns what a fault does to a call. @throws QueratorError if `do` is wrong, or the call cannot meet that */
export function actOf(given: FaultAction, call: MethodName): FaultAct {
  const act = readAct(given, call)
  if (act === undefined) {
    const shown = typeof given === 'string' ? given : inspect(given, { depth: 1 })
    throw usageError(unknownText('a fault', shown, [...PLAIN_KINDS, ...OTHER_ACTIONS], 'do'))
  }
  const only = (calls: readonly MethodName[]) => {
    if (calls.includes(call)) return
    throw usageError(`a fault '${act.kind}' acts on ${calls.map(wireName).join(' and ')}, not on ${wireName(call)}`)
  }
  if (act.kind === 'expire-lease' || act.kind === 'first') only(ON_ITEMS)
  if (act.kind === 'deliver-twice' || act.kind === 'reorder' || act.kind === 'clock-skew') only(['queueLease'])
  return act
}

function readAct(given: FaultAction, call: MethodName): FaultAct | undefined {
  if (typeof given === 'string') {
    const kind = PLAIN_KINDS.find((one) => one === given)
    return kind && { kind }
  }
  const fields = Object(given) as Record<string, unknown>
  if ('refuse' in fields) {
    checkOptions('{ refuse }', fields, ['refuse'])
    return { kind: 'refuse', ...refusalOf(fields.refuse, call) }
  }
  if ('delay' in fields) {
    checkOptions('{ delay }', fields, ['delay', 'when'])
    const { delay, when = 'before' } = fields
    if (when !== 'before' && when !== 'after')
      throw usageError(`{ delay }: when is 'before' or 'after'; got ${inspect(when)}`)
    return { kind: 'delay', ms: lengthOf('{ delay }', delay as string), when }
  }
  if ('first' in fields) {
    checkOptions('{ first }', fields, ['first'])
    const { first: count } = fields
    if (typeof count === 'number' && Number.isSafeInteger(count) && count >= 0) return { kind: 'first', count }
    throw usageError(`{ first } is a number of items, 0 or more; got ${inspect(count, { depth: 0 })}`)
  }
  if (!('clockSkew' in fields)) return undefined
  checkOptions('{ clockSkew }', fields, ['clockSkew'])
  return { kind: 'clock-skew', ms: skewOf(fields.clockSkew) }
}

/** A clock may also be behind. */
function skewOf(given: unknown): number {
  const isBehind = typeof given === 'number' ? given < 0 : typeof given === 'string' && given.startsWith('-')
  if (!isBehind) return lengthOf('{ clockSkew }', given as string)
  return -lengthOf('{ clockSkew }', typeof given === 'number' ? -given : (given as string).slice(1))
}

/** @throws QueratorError if it is no duration, or too long: no message could say the deadlines that it makes */
function lengthOf(what: string, given: number | string): number {
  const ms = givenMilliseconds(what, given)
  if (ms <= LONGEST) return ms
  throw usageError(`${what} is at most 10,000 days; got ${inspect(given)}`)
}

function refusalOf(given: unknown, call: MethodName): Answer {
  if (typeof given === 'object' && given !== null) checkOptions('{ refuse }', given, ['code', 'message'])
  const { code, message } = (typeof given === 'number' ? { code: given } : Object(given)) as Partial<Answer>
  const known = answersOf(call)
  const found = known.filter((answer) => answer.code === code)
  const fits = found.find((answer) => message === undefined || canSay(answer, message))
  if (fits !== undefined) return { code: fits.code, message: message ?? fits.message }
  const list = (found.length > 0 ? found : known).map((answer) => `${answer.code} ${answer.message}`)
  throw usageError(
    [`${wireName(call)} is never refused with ${inspect(given)}; a server can give:`, ...list].join('\n  '),
  )
}
