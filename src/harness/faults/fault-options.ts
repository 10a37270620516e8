/** The options of a fault, and their checks. */

import { inspect } from 'node:util'
import type { Origin } from '../../client/call-site.js'
import { checkOptions, unknownText } from '../../client/known-options.js'
import type { FaultAct, FaultSpec } from '../../daemon/faults/fault-spec.js'
import { wireName } from '../../daemon/faults/seen-call.js'
import { usageError } from '../../errors.js'
import { METHODS, type MethodName } from '../../protocol/methods.js'
import type { NamedQueue } from '../backing/queue-names.js'
import { actOf, type FaultAction, ON_ITEMS } from './fault-action.js'

/** The item calls of a queue. A fault may name any other call of the protocol too. */
export type FaultCall = 'queue.produce' | 'queue.lease' | 'queue.complete' | 'queue.retry' | (string & {})

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
let names: ReadonlyMap<string, MethodName> | undefined

/** Returns the calls by their names on the wire. Made late, because Jest's sandbox has no daemon. */
function callNames(): ReadonlyMap<string, MethodName> {
  names ??= new Map((Object.keys(METHODS) as MethodName[]).map((name) => [wireName(name), name]))
  return names
}
/** How often a fault acts if it is sent as JSON, which has no infinite numbers. */
export const ALL_CALLS = Number.MAX_SAFE_INTEGER
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
  if (typeof count === 'number' && Number.isSafeInteger(count) && count >= 1) return
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
