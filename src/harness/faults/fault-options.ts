/** The options of a fault, and their checks. */

import { inspect } from 'node:util'
import type { Origin } from '../../client/call-site.js'
import { checkOptions, unknownText } from '../../client/known-options.js'
import { givenMilliseconds } from '../../clock/given-duration.js'
import { type FaultAct, type FaultSpec, PLAIN_KINDS } from '../../daemon/faults/fault-spec.js'
import { wireName } from '../../daemon/faults/seen-call.js'
import { usageError } from '../../errors.js'
import { METHODS, type MethodName } from '../../protocol/methods.js'
import type { NamedQueue } from '../backing/queue-names.js'
import { type Answer, answersOf, canSay } from './answers.js'

/** The item calls of a queue. A fault may name any other call of the protocol too. */
export type FaultCall = 'queue.produce' | 'queue.lease' | 'queue.complete' | 'queue.retry' | (string & {})

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
      /** In milliseconds, or a duration such as `'5s'`. */
      readonly delay: number | string
      /** Whether the request or the reply takes that long. Default `'before'`: the request. */
      readonly when?: 'before' | 'after'
    }
  | {
      /** How many items are done. */
      readonly first: number
    }
  | {
      /** How far the clock of the client is ahead, in milliseconds or as a duration. A negative one is behind. */
      readonly clockSkew: number | string
    }

/** Which calls of a queue a fault acts on, and what it does. */
export interface QueueFaultOptions {
  /** What it does. */
  readonly do: FaultAction
  /** The client that leases, or that holds the items. Not for produce. Default: any. */
  readonly clientId?: string
  /** The reference of one of the items of the call. For a lease only with `'deliver-twice'`. Default: any. */
  readonly reference?: string
  /** The first of the matching calls that it acts on. Default 1. */
  readonly nth?: number
  /** On how many calls it acts. Default: 1 with `nth`, else all until it is closed. */
  readonly times?: number
  /** Whether the test may end without a call that it acted on. Default false: such a test fails. */
  readonly optional?: boolean
}

/** Which calls a fault acts on, and what it does. */
export interface FaultOptions extends QueueFaultOptions {
  /** The name of the call as on the wire, such as `queue.complete`. */
  readonly call: FaultCall
  /** The queue of the call, or its name. Default: any queue. */
  readonly queue?: string | NamedQueue
}

/** The options of an outage. */
export interface OutageOptions {
  /** Whether the test may end without a call that met the outage. Default false: such a test fails. */
  readonly optional?: boolean
}

/** The options of a fault of a queue. */
export const QUEUE_FAULT_OPTIONS = ['clientId', 'reference', 'nth', 'times', 'do', 'optional']
const OPTIONS = ['call', 'queue', ...QUEUE_FAULT_OPTIONS]
/** What `do` may be besides the plain kinds, which belong to the daemon: Jest's sandbox has none. */
const OTHER_ACTIONS = ['{ refuse }', '{ delay }', '{ first }', '{ clockSkew }']
let names: ReadonlyMap<string, MethodName> | undefined

/** Returns the calls by their names on the wire. Made late, because Jest's sandbox has no daemon. */
function callNames(): ReadonlyMap<string, MethodName> {
  names ??= new Map((Object.keys(METHODS) as MethodName[]).map((name) => [wireName(name), name]))
  return names
}
/** How often a fault acts if it is sent as JSON, which has no infinite numbers. */
export const ALL_CALLS = Number.MAX_SAFE_INTEGER
const ON_ITEMS: readonly MethodName[] = ['queueComplete', 'queueRetry']

/** Returns the fault that is meant. @throws QueratorError if an option is wrong */
export function specOf(options: FaultOptions, origin: Origin | undefined): FaultSpec {
  checkOptions('daemon.fault', options, OPTIONS)
  const call = methodOf(options.call)
  const act = actOf(options.do, call)
  const { clientId, reference, nth = 1, optional = false } = options
  const times = options.times ?? (options.nth === undefined ? Number.POSITIVE_INFINITY : 1)
  const queue = nameOf(options.queue)
  checkText('clientId', clientId)
  checkText('reference', reference)
  checkFilters(call, act, options)
  checkCount('nth', nth)
  const isAll = typeof times === 'number' && times >= ALL_CALLS
  if (!isAll) checkCount('times', times)
  if (typeof optional !== 'boolean') throw usageError(`a fault: optional is true or false; got ${inspect(optional)}`)
  return {
    call,
    queue,
    clientId,
    reference,
    nth,
    times: isAll ? Number.POSITIVE_INFINITY : times,
    act,
    optional,
    origin,
  }
}

/** Returns the outage that is meant. @throws QueratorError if an option is wrong */
export function outageOf(
  act: FaultAct,
  queue: string | undefined,
  options: OutageOptions,
  origin: Origin | undefined,
): FaultSpec {
  checkOptions('outage', options, ['optional'])
  const { optional = false } = options
  const all = { call: undefined, clientId: undefined, reference: undefined, nth: 1, times: Number.POSITIVE_INFINITY }
  return { ...all, queue, act, optional, origin }
}

function methodOf(call: unknown): MethodName {
  const method = callNames().get(String(call))
  if (method !== undefined) return method
  throw usageError(unknownText('the protocol', String(call), [...callNames().keys()], 'call'))
}

function nameOf(queue: FaultOptions['queue']): string | undefined {
  if (queue === undefined) return undefined
  const name = typeof queue === 'string' ? queue : Object(queue).name
  if (typeof name === 'string' && name !== '') return name
  throw usageError(`a fault: queue is a queue or its name; got ${inspect(queue, { depth: 0 })}`)
}

function checkText(option: string, text: unknown): void {
  if (text === undefined || (typeof text === 'string' && text !== '')) return
  throw usageError(`a fault: ${option} is a text; got ${inspect(text, { depth: 0 })}`)
}

function checkCount(option: string, count: unknown): void {
  if (typeof count === 'number' && Number.isInteger(count) && count >= 1) return
  throw usageError(`a fault: ${option} is a whole number, 1 or more; got ${inspect(count, { depth: 0 })}`)
}

function checkFilters(call: MethodName, act: FaultAct, { clientId, reference }: FaultOptions): void {
  const hasClient = call === 'queueLease' || ON_ITEMS.includes(call)
  if (clientId !== undefined && !hasClient) {
    throw usageError(
      `a fault on ${wireName(call)} takes no clientId: only queue.lease, queue.complete and queue.retry have a client`,
    )
  }
  const hasItems = call === 'queueProduce' || ON_ITEMS.includes(call) || act.kind === 'deliver-twice'
  if (reference === undefined || (hasItems && act.kind !== 'first')) return
  throw usageError(
    `a fault '${act.kind}' on ${wireName(call)} takes no reference: only queue.produce, queue.complete, queue.retry and 'deliver-twice' know their items beforehand`,
  )
}

function actOf(given: FaultAction, call: MethodName): FaultAct {
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
    return { kind: 'delay', ms: givenMilliseconds('{ delay }', delay as string), when }
  }
  if ('first' in fields) {
    checkOptions('{ first }', fields, ['first'])
    const { first: count } = fields
    if (typeof count === 'number' && Number.isInteger(count) && count >= 0) return { kind: 'first', count }
    throw usageError(`{ first } is a number of items, 0 or more; got ${inspect(count, { depth: 0 })}`)
  }
  if (!('clockSkew' in fields)) return undefined
  checkOptions('{ clockSkew }', fields, ['clockSkew'])
  return { kind: 'clock-skew', ms: skewOf(fields.clockSkew) }
}

/** A clock may also be behind. */
function skewOf(given: unknown): number {
  const isBehind = typeof given === 'number' ? given < 0 : typeof given === 'string' && given.startsWith('-')
  const size = typeof given === 'number' ? Math.abs(given) : String(given).replace(/^-/, '')
  const ms = givenMilliseconds(
    '{ clockSkew }',
    typeof given === 'number' || typeof given === 'string' ? size : (given as string),
  )
  return isBehind ? -ms : ms
}

function refusalOf(given: unknown, call: MethodName): Answer {
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
