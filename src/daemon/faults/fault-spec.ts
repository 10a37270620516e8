/** What a fault does, and to which calls. */
import type { Cause } from '../../engine/events/event-kinds.js'
import type { Item } from '../../engine/store/item.js'
import type { MethodName } from '../../protocol/methods.js'
import type { SeenCall } from './seen-call.js'

/** What a fault does to a call. Times are in milliseconds. */
export type FaultAct =
  | { readonly kind: (typeof PLAIN_KINDS)[number] }
  | { readonly kind: 'refuse'; readonly code: number; readonly message: string }
  | { readonly kind: 'delay'; readonly ms: number; readonly when: 'before' | 'after' }
  | { readonly kind: 'first'; readonly count: number }
  | { readonly kind: 'clock-skew'; readonly ms: number }
  /** Other consumers come first. Only as part of a condition. */
  | { readonly kind: 'crowd' }
  | { readonly kind: 'outage' }
  | { readonly kind: 'partition-outage'; readonly partition: number }

/** The kinds that need no more than their name. */
export const PLAIN_KINDS = [
  'lose-request',
  'lose-reply',
  'hang',
  'expire-lease',
  'deliver-twice',
  'reorder',
  'truncate',
  'slow',
] as const

/** The kinds of faults, as events and metrics name them. */
export type FaultKind = FaultAct['kind']

/** After these, the call is not carried out, and later faults have nothing to act on. */
export const ENDS_CALL: ReadonlySet<FaultKind> = new Set(['lose-request', 'refuse', 'outage', 'partition-outage'])
/** These decide what becomes of the reply. Only one can. */
export const BREAKS_REPLY: ReadonlySet<FaultKind> = new Set(['lose-reply', 'truncate', 'slow'])
/** These decide which items a call is about. Only one can. */
export const CHOOSES_ITEMS: ReadonlySet<FaultKind> = new Set(['deliver-twice', 'reorder', 'expire-lease', 'first'])

/** These are about the items that a lease gets, and are recorded after it. */
export const AFTER_LEASE: ReadonlySet<FaultKind> = new Set([...BREAKS_REPLY, 'deliver-twice', 'reorder', 'clock-skew'])

/** What a fault that is part of a condition decides by itself. */
export interface ConditionSide {
  /** What the condition does. */
  readonly text: string
  /** Called with each call, before anything else. */
  sees(call: SeenCall): void
  /** Whether it acts on no call of this queue any more. */
  isHealthy(queueName: string): boolean
  /** Whether it acts on a call that it can act on. */
  chooses(call: SeenCall): boolean
  /** Called if it did not change a call that it has chosen. */
  spared(call: SeenCall): void
  /** Whether it acts on an item of a call. */
  meets(item: Item, call: SeenCall): boolean
  /** How long it holds a call back, in milliseconds of the machine's clock. */
  delay(call: SeenCall): number
  /** Carries a call out after others had their turn. Calls `spared` if they took nothing. */
  crowd(call: SeenCall, carryOut: () => unknown, spared: () => void): unknown
}

/** A fault that was checked. */
export interface FaultSpec {
  /** `undefined` means every call. */
  readonly call: MethodName | undefined
  /** Undefined filters let every call pass. */
  readonly queue: string | undefined
  readonly clientId: string | undefined
  readonly reference: string | undefined
  /** The first of the matching calls that it acts on, from 1. */
  readonly nth: number
  /** On how many calls it acts. `Infinity` means until it is closed. */
  readonly times: number
  readonly act: FaultAct
  /** Whether a test may end without a call that it acted on. */
  readonly optional: boolean
  readonly origin: Cause['origin']
  /** Set for a fault that is part of a condition. */
  readonly condition?: ConditionSide
}
