/** The kinds of events, and what is known about an event. */
import type { Instant } from '../../clock/instant.js'

/** What can happen: to items, to leases that wait, to queues; and calls that were refused. */
export const EVENT_KINDS = [
  'produced',
  'imported',
  'scheduled',
  'item-due',
  'leased',
  'completed',
  'retried',
  'lease-expired',
  'item-expired',
  'attempts-exhausted',
  'dead-lettered',
  'deleted',
  'cleared',
  'lease-waiting',
  'lease-served',
  'lease-timed-out',
  'lease-abandoned',
  'queue-created',
  'queue-updated',
  'queue-deleted',
  'queue-paused',
  'queue-resumed',
  'refused',
] as const
/**
 * What can happen:
 *
 * - to items: `produced`, `imported`, `scheduled`, `item-due`, `leased`, `completed`, `retried`, `lease-expired`, `item-expired`,
 *   `attempts-exhausted`, `dead-lettered`, `deleted`, `cleared`
 * - to leases that wait: `lease-waiting`, `lease-served`, `lease-timed-out`, `lease-abandoned`
 * - to queues: `queue-created`, `queue-updated`, `queue-deleted`, `queue-paused`, `queue-resumed`
 * - to calls: `refused`
 */
export type EventKind = (typeof EVENT_KINDS)[number]

/** Kinds by number: their places in {@link EVENT_KINDS}. */
export const KIND = Object.freeze(
  Object.fromEntries(EVENT_KINDS.map((kind, number) => [kind, number])) as Record<EventKind, number>,
)

/** Kinds that tell of who holds the item, or held it until then. */
export const OF_HOLDER = Uint8Array.from(EVENT_KINDS, (kind) => {
  return Number(['leased', 'completed', 'retried', 'lease-expired', 'attempts-exhausted'].includes(kind))
})

/** Kinds with which an item begins. */
export const OF_PRODUCER = Uint8Array.from(EVENT_KINDS, (kind) => Number(kind === 'produced' || kind === 'imported'))

/** What made something happen: a call, with the place in the code that made it where that is known, or the clock. */
export interface Cause {
  /** As on the wire, `queue.produce` for example, or `clock`. */
  readonly call: string
  /** The caller's stack, as JavaScript writes it. It is read only when it is shown. */
  readonly origin?: { readonly stack?: string | undefined; readonly skip?: readonly string[] | undefined } | undefined
}

/** Nobody's call. */
export const BY_CLOCK: Cause = { call: 'clock' }

/** A client that hung up. */
export const CLIENT_GONE: Cause = { call: 'client gone' }

/** Who leases. */
export interface Consumer {
  readonly clientId: string
  readonly cause: Cause
}

/** Where it happened. */
export interface Address {
  readonly queue: string
  /** Tells queues of the same name apart: one that was made later has a higher number. 0 where there was no such queue. */
  readonly queueId: number
  /** Undefined for events of the queue as a whole. */
  readonly partition?: number
  /** Turns the number of an item into its id. */
  readonly ids?: { text(sequence: number): string }
}

/** What the record notes of an item. */
export interface NotedItem {
  /** Who the item is, in every queue; 0 until its first event. */
  serial: number
  readonly sequence: number
  readonly attempts: number
  readonly reference: string
  readonly payload: string
  readonly holder: Consumer | undefined
}

/** An event, whole. */
export interface RecordedEvent {
  /** 1 for the first of the daemon, and so on. */
  readonly number: number
  readonly kind: EventKind
  readonly time: Instant
  readonly address: Address
  /** The number of the item, which stays when its id changes, and in a dead letter queue; 0 for no item. */
  readonly item: number
  /** The id of the item after the event. */
  readonly id: string | undefined
  readonly reference: string
  readonly attempts: number
  readonly consumer: Consumer | undefined
  readonly cause: Cause
  /** What the event leads to: the end of a lease, the time for which it is scheduled; NaN for nothing. */
  readonly until: Instant
  /** The dead letter queue. */
  readonly deadQueue: Address | undefined
  readonly refusal: Refusal | undefined
  /** What was produced or imported. */
  readonly payload: KeptPayload | undefined
}

/** A call that got an error for an answer. */
export interface Refusal {
  /** 0 for a call that its own client refused. */
  readonly code: number
  readonly codeText: string
  readonly message: string
  readonly details: Readonly<Record<string, string>>
  /** Empty where the call has none, or it could not be read. */
  readonly clientId: string
  /** How often the same call was refused in the same words, with nothing else happening in between. */
  times: number
  /** When it was refused last, by the daemon's clock. */
  lastTime: Instant
  /** The same in milliseconds of real time, from some moment on. */
  lastPassed: number
}

/** The beginning of a payload, one character a byte. */
export interface KeptPayload {
  readonly text: string
  /** Its whole length, in bytes. */
  readonly length: number
}
