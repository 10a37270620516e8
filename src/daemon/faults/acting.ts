/** Carries a call out under faults: what happens before it, to it, and to its reply. */
import type { Clock } from '../../clock/clock.js'
import { NEVER } from '../../clock/instant.js'
import { wakeAfter } from '../../clock/real-time.js'
import type { Choice } from '../../engine/serving/waiting-leases.js'
import type { Item } from '../../engine/store/item.js'
import { QueratorError, requestFailed } from '../../errors.js'
import { CLIENT_GONE, whenGone } from '../../protocol/exchange.js'
import type { Timestamp } from '../../protocol/messages/message.js'
import { ProxyReply } from '../../protocol/proxy-reply.js'
import { instantOf, timestampOf } from '../../protocol/timestamp.js'
import { itemAt, leasesOf } from './able.js'
import type { OpenFault } from './open-fault.js'
import { type SeenCall, takesAnyPartition } from './seen-call.js'

/** What faults change about a call. */
export interface Tampering {
  /** Which items a lease gets. */
  choice?: Choice
  /** Runs just before the call is carried out, at its time and with its cause. */
  before?: () => void
  /** Carries the call out, at its time and with its cause. */
  around?: (carryOut: () => unknown) => unknown
}

/** Waits, and then calls one of both, without a turn of the event loop: a call goes on at its deadline, before what is due later. */
export type Wait = (goOn: () => void, fail: (error: unknown) => void) => void

/** Acts on a call before it is carried out. Returns what it has to wait for. @throws what the caller gets instead */
export function actBefore(fault: OpenFault, call: SeenCall, clock: Clock, tampering: Tampering): Wait | undefined {
  const { act, reference, condition } = fault.spec
  switch (act.kind) {
    case 'lose-request':
      call.request.breaks = 'lost'
      throw CLIENT_GONE
    case 'refuse':
      throw act.code === 503 ? new ProxyReply() : new QueratorError(act.code, filled(act.message, call))
    case 'partition-outage':
      if (takesAnyPartition(call)) return undefined
      throw requestFailed('queue has no available partitions')
    case 'hang':
      return held(fault, call, true)
    case 'crowd':
      tampering.around = (carryOut) => (condition === undefined ? carryOut() : condition.crowd(call, carryOut))
      return undefined
    case 'delay':
      if (condition !== undefined) return paused(call, condition.delay(call))
      return act.when === 'before' ? held(fault, call, call.name === 'queueLease', clock, act.ms) : undefined
    case 'deliver-twice':
      tampering.choice = { of: 'held', reference }
      return undefined
    case 'reorder':
      tampering.choice = { of: 'last' }
      return undefined
    case 'expire-lease':
      tampering.before = () => expire(call, leasesOf(again(call), reference, condition))
      return undefined
    case 'first':
      tampering.before = () => expire(call, [itemAt(call, act.count)])
      return undefined
    default:
      return undefined
  }
}

/** Why a fault did not change a call that it took. */
export const CLOSED_FIRST = 'the fault was closed first'

/** What {@link underFaults} does for each fault, and in the end. */
interface Steps {
  before(fault: OpenFault, tampering: Tampering): Wait | undefined
  carryOut(tampering: Tampering): unknown
  /** Gets the faults that were closed before their turn, with the reason. */
  readonly unchanged: Map<OpenFault, string>
}

/** Lets each fault act, and carries the call out. Waits only where a fault does. */
export function underFaults(acting: readonly OpenFault[], { before, carryOut, unchanged }: Steps): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const tampering: Tampering = {}
    const goOnAt = (index: number): void => {
      const fault = acting[index]
      try {
        if (fault === undefined) resolve(carryOut(tampering))
        // A fault before it may have held the call.
        else if (fault.isClosed) {
          unchanged.set(fault, CLOSED_FIRST)
          goOnAt(index + 1)
        } else {
          const wait = before(fault, tampering)
          if (wait === undefined) goOnAt(index + 1)
          else wait(() => goOnAt(index + 1), reject)
        }
      } catch (error) {
        reject(error)
      }
    }
    goOnAt(0)
  })
}

/** The queue, the first id and other fields of the call stand where a message names them. */
function filled(text: string, { queueName, ids, message }: SeenCall): string {
  const fields = { ...(Object(message) as Record<string, unknown>), queue: queueName }
  return text.replace(/<([a-z]\w*)>/gi, (_, name: string) => {
    const value = name === 'id' && ids.length > 0 ? ids[0] : Object.hasOwn(fields, name) ? fields[name as 'queue'] : ''
    return String(value)
  })
}

/** Looks at the items again: the call may have been held since. */
function again(call: SeenCall): SeenCall {
  return { ...call, items: call.ids.flatMap((id) => call.partition?.find(id) ?? []) }
}

function expire({ queue, partition }: SeenCall, items: readonly (Item | undefined)[]): void {
  if (partition === undefined) return
  const found = items.filter((item) => item !== undefined)
  queue?.faults.expireLeases(partition, found)
}

/** Returns the items that a fault is about, of a complete or retry. */
export function itemsMet({ spec: { act, reference, condition } }: OpenFault, call: SeenCall): readonly Item[] {
  if (act.kind === 'expire-lease') return leasesOf(call, reference, condition)
  if (act.kind !== 'first') return call.items
  const item = itemAt(call, act.count)
  return item === undefined ? [] : [item]
}

/** Acts on a call that was carried out, or refused. Returns its response. */
export async function actAfter(fault: OpenFault, call: SeenCall, clock: Clock, response: unknown): Promise<unknown> {
  const { act } = fault.spec
  if (act.kind === 'lose-reply') call.request.breaks = 'lost'
  else if (act.kind === 'truncate') call.request.breaks = 'truncated'
  else if (act.kind === 'slow') call.request.breaks = 'slow'
  else if (act.kind === 'delay' && act.when === 'after') {
    const wait = held(fault, call, true, clock, act.ms)
    await new Promise<void>(wait)
  } else if (act.kind === 'clock-skew') return skewed(response, act.ms)
  return response
}

/** Waits by the machine's clock, because the daemon's may stand still. Somebody awaits the call. */
function paused(call: SeenCall, ms: number): Wait {
  return (goOn, fail) => {
    let forget = () => {}
    const wake = () => {
      forget()
      goOn()
    }
    const cancel = wakeAfter(ms, wake, true)
    // Other calls of a client that gives up are on their way.
    if (call.name !== 'queueLease') return
    forget = whenGone(call.request, () => {
      cancel()
      fail(CLIENT_GONE)
    })
  }
}

/** Waits until the fault is closed, or the clock has gone on by `ms`. With `endsWithClient`, fails when the client hangs up. */
function held(fault: OpenFault, call: SeenCall, endsWithClient: boolean, clock?: Clock, ms = 0): Wait {
  return (goOn, fail) => {
    const ends: (() => void)[] = []
    const end = (settle: () => void) => () => {
      for (const one of ends) one()
      settle()
    }
    const until = clock === undefined ? NEVER : clock.now() + ms
    const timer = clock?.setTimer(until, end(goOn))
    if (timer !== undefined) ends.push(() => timer.cancel())
    const lose = () => {
      call.request.breaks = 'lost'
      fail(CLIENT_GONE)
    }
    ends.push(fault.holds({ goOn: end(goOn), break: end(lose) }, until))
    const isGone = end(() => fail(CLIENT_GONE))
    if (endsWithClient) ends.push(whenGone(call.request, isGone))
  }
}

/** The deadlines as a client sees them whose clock is `ms` ahead: so much nearer. */
function skewed(response: unknown, ms: number): unknown {
  const { items, ...rest } = Object(response) as { items?: readonly SkewedItem[] }
  if (items === undefined) return response
  return { ...rest, items: items.map((item) => withDeadline(item, ms)) }
}

interface SkewedItem {
  readonly id: string
  readonly encoding: string
  readonly kind: string
  readonly reference: string
  readonly attempts: number
  readonly bytes: string
  readonly leaseDeadline: Timestamp
}

function withDeadline({ id, encoding, kind, reference, attempts, bytes, leaseDeadline }: SkewedItem, ms: number) {
  const { at, early } = instantOf(leaseDeadline)
  const deadline = timestampOf(at - ms, early)
  return { id, encoding, kind, reference, attempts, bytes, leaseDeadline: deadline }
}
