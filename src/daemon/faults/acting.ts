/** Carries a call out under faults: what happens before it, to it, and to its reply. */
import type { Clock } from '../../clock/clock.js'
import type { Choice } from '../../engine/serving/waiting-leases.js'
import type { Item } from '../../engine/store/item.js'
import { QueratorError, requestFailed } from '../../errors.js'
import { CLIENT_GONE } from '../../protocol/exchange.js'
import type { Timestamp } from '../../protocol/messages/message.js'
import { ProxyReply } from '../../protocol/proxy-reply.js'
import { instantOf, timestampOf } from '../../protocol/timestamp.js'
import { itemAt, leasesOf } from './able.js'
import { clockTimer, type HoldTimer, held, machineTimer, type Wait } from './holding.js'
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
  /** Gets the faults that did not change the call, with the reason. */
  readonly unchanged: Map<OpenFault, string>
}

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
      tampering.around = (carryOut) =>
        condition?.crowd(call, carryOut, () => tampering.unchanged.set(fault, TOOK_NOTHING))
      return undefined
    case 'delay':
      if (act.when === 'after') return undefined
      return held(fault, call, call.name === 'queueLease', delayOf(fault, call, clock))
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
const TOOK_NOTHING = 'the other consumers took nothing'

/** What {@link underFaults} does for each fault, and in the end. */
interface Steps {
  before(fault: OpenFault, tampering: Tampering): Wait | undefined
  carryOut(tampering: Tampering): unknown
  /** Gets the faults that were closed before their turn, with the reason. */
  readonly unchanged: Map<OpenFault, string>
}

/** Lets each fault act, and carries the call out. Waits only where a fault does. */
export function underFaults(
  call: SeenCall,
  acting: readonly OpenFault[],
  { before, carryOut, unchanged }: Steps,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const tampering: Tampering = { unchanged }
    const goOnAt = (index: number): void => {
      const fault = acting[index]
      try {
        if (fault === undefined) resolve(carryOut(tampering))
        // A fault before it may have held the call.
        else if (!fault.actsOn(call)) {
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

/** How long a call is held: by the daemon's clock, and under a condition by the machine's. */
function delayOf({ spec: { act, condition } }: OpenFault, call: SeenCall, clock: Clock): HoldTimer {
  if (condition !== undefined) return machineTimer(condition.delay(call))
  return clockTimer(clock, act.kind === 'delay' ? act.ms : 0)
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
    await new Promise<void>(held(fault, call, true, clockTimer(clock, act.ms)))
  } else if (act.kind === 'clock-skew') return skewed(response, act.ms)
  return response
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
