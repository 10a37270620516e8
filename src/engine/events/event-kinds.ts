/** The kinds of events, and the fields of an event. */
import type { Instant } from '../../clock/instant.js'

/** All kinds of events: of items, of waiting leases, of queues, and of calls. */
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
  'item-lost',
  'lease-waiting',
  'lease-served',
  'lease-timed-out',
  'lease-abandoned',
  'queue-created',
  'queue-updated',
  'queue-deleted',
  'queue-paused',
  'queue-resumed',
  'queue-lost',
  'daemon-stopped',
  'daemon-crashed',
  'daemon-restarted',
  'refused',
  'fault',
] as const
/**
 * What can happen:
 *
 * - to items: `produced`, `imported`, `scheduled`, `item-due`, `leased`, `completed`, `retried`, `lease-expired`, `item-expired`,
 *   `attempts-exhausted`, `dead-lettered`, `deleted`, `cleared`, and `item-lost` in a crash or restart
 * - to leases that wait: `lease-waiting`, `lease-served`, `lease-timed-out`, `lease-abandoned`
 * - to queues: `queue-created`, `queue-updated`, `queue-deleted`, `queue-paused`, `queue-resumed`, and `queue-lost` in a crash or restart
 * - to the daemon, in no queue: `daemon-crashed`, `daemon-stopped`, `daemon-restarted`
 * - to calls: `refused`, and `fault` when a fault of the test acted on one
 */
export type EventKind = (typeof EVENT_KINDS)[number]

/** The number of each kind: its index in {@link EVENT_KINDS}. */
export const KIND = Object.freeze(
  Object.fromEntries(EVENT_KINDS.map((kind, number) => [kind, number])) as Record<EventKind, number>,
)

/** Marks the kinds with a consumer: the one that holds the item, or held it until then. */
export const OF_HOLDER = Uint8Array.from(EVENT_KINDS, (kind) => {
  return Number(['leased', 'completed', 'retried', 'lease-expired', 'attempts-exhausted'].includes(kind))
})

/** Marks the kinds that create an item. */
export const OF_PRODUCER = Uint8Array.from(EVENT_KINDS, (kind) => Number(kind === 'produced' || kind === 'imported'))

/** The cause of an event: a call or the clock. For a call, the place in the code that made it, if known. */
export interface Cause {
  /** The call as on the wire, for example `queue.produce`, or `clock`. */
  readonly call: string
  /** The caller's stack, as JavaScript formats it. It is only read when it is shown. */
  readonly origin?: { readonly stack?: string | undefined; readonly skip?: readonly string[] | undefined } | undefined
  /** The item whose handler made the call. Only for a produce, and if it is known. */
  readonly handled?: HandledItem | undefined
}

/** An item while a handler works on it. */
export interface HandledItem {
  /** The number of the item in the record. */
  readonly item: number
  readonly reference: string
  /** The name of the queue from which it was leased. */
  readonly queue: string
  /** How often it had been leased, this time included. */
  readonly attempts: number
}

/** The cause of events that come with time. */
export const BY_CLOCK: Cause = { call: 'clock' }

/** The cause of events after a client has disconnected. */
export const CLIENT_GONE: Cause = { call: 'client gone' }

/** The client of a lease. */
export interface Consumer {
  readonly clientId: string
  readonly cause: Cause
}

/** Returns whether a client id was generated for one call of a test. Such ids do not tell clients apart. */
export function isMadeUp(clientId: string): boolean {
  return /^client-\d+$/.test(clientId)
}

/** The place of an event. */
export interface Address {
  readonly queue: string
  /** Tells queues of the same name apart. A queue created later has a higher number. 0 if there was no such queue. */
  readonly queueId: number
  /** `undefined` for events of the whole queue. */
  readonly partition?: number
  /** Converts the number of an item to its id, and back. */
  readonly ids?: { text(sequence: number): string; sequence(text: string): number | undefined }
}

/** An item as the record reads it. */
export interface NotedItem {
  /** Identifies the item across queues. 0 until its first event. */
  serial: number
  readonly sequence: number
  readonly attempts: number
  readonly reference: string
  readonly kind: string
  readonly encoding: string
  readonly payload: string
  readonly holder: Consumer | undefined
}

/** A complete event. */
export interface RecordedEvent {
  /** Counts from 1, for the first event of the daemon. */
  readonly number: number
  readonly kind: EventKind
  readonly time: Instant
  readonly address: Address
  /** The number of the item, the same after its id changes and in a dead letter queue. 0 for no item. */
  readonly item: number
  /** The id of the item after the event. */
  readonly id: string | undefined
  readonly reference: string
  readonly attempts: number
  readonly consumer: Consumer | undefined
  readonly cause: Cause
  /** When the lease expires, or the time for which the item is scheduled. NaN if there is none. */
  readonly until: Instant
  /** The dead letter queue. */
  readonly deadQueue: Address | undefined
  readonly refusal: Refusal | undefined
  readonly fault: NotedFault | undefined
  /** The payload that was produced or imported. */
  readonly payload: KeptPayload | undefined
}

/** A call that failed. */
export interface Refusal {
  /** 0 for a call that the client itself refused. */
  readonly code: number
  readonly codeText: string
  readonly message: string
  readonly details: Readonly<Record<string, string>>
  /** Empty if the call has none, or if it could not be read. */
  readonly clientId: string
  /** How often the same call was refused with the same message, with nothing else happening in between. */
  times: number
  /** The time of the last refusal, by the daemon's clock. */
  lastTime: Instant
  /** The same in milliseconds of real time since an arbitrary start. */
  lastPassed: number
}

/** A fault that acted on a call. */
export interface NotedFault {
  /** What it did, such as `lose-reply`. */
  readonly fault: string
  /** Empty if the call has none. */
  readonly clientId: string
  /** The numbers of the items of the call, as far as they are known. */
  readonly items: readonly number[]
  /** How often it acted on the same call, with nothing else happening in between. */
  times: number
}

/** What a producer gave: the beginning of the payload, with one character for each byte, and the words beside it. */
export interface KeptPayload {
  readonly text: string
  /** The full length in bytes. */
  readonly length: number
  /** The producer's kind of item, and the encoding of the payload. */
  readonly kind: string
  readonly encoding: string
}
