/** An event as tests read it. */
import { placesOf } from '../client/call-site.js'
import type { EventKind, RecordedEvent, Refusal } from '../engine/events/event-kinds.js'

/** Something that happened to an item, to a waiting lease, to a queue or to a call. */
export interface QueueEvent {
  /** The number of the event: 1 for the first event of the daemon, and so on. */
  readonly number: number
  /** The time by the daemon's clock. If the passing of time caused the event, the time at which it was due. */
  readonly time: Date
  /** What happened. */
  readonly kind: EventKind
  /** The name of the queue. Empty for `daemon-crashed`, `daemon-stopped` and `daemon-restarted`. */
  readonly queue: string
  /** Tells queues of the same name apart: a later queue has a higher number. 0 if there was no such queue, as in some refused calls. */
  readonly queueId: number
  /** The number of the partition. Absent if the event is about the whole queue or a waiting lease. */
  readonly partition?: number
  /** The number of the item. It stays when the id changes, and when the item moves to a dead letter queue. */
  readonly item?: number
  /** The id of the item after the event. */
  readonly id?: string
  /** The producer's reference of the item. */
  readonly reference?: string
  /** How often the item had been leased. */
  readonly attempts?: number
  /** The consumer that leases the item, or held it until then. */
  readonly clientId?: string
  /** The call that caused the event, for example `queue.produce`, or `clock` for the passing of time. */
  readonly call: string
  /**
   * For `produced` and `scheduled`: the item whose handler produced this one. Needs a handler that gets one item at a time from this
   * package, and a call without a socket. Absent if it is not certain.
   */
  readonly producedBy?: ProducingItem
  /** Where your code made that call, for example `orders.test.ts:12:15`. Needs `callSites`, and a call without a socket. */
  readonly callSite?: string
  /** The call site and its callers, the innermost first: at most three places. */
  readonly callPath: readonly string[]
  /** When the lease runs out, when the scheduled item is due, or until when the lease waits. */
  readonly until?: Date
  /** For `dead-lettered`: the name of the dead letter queue. */
  readonly deadQueue?: string
  /** For `refused`: the code of the error. 0 if the client did not send the request because it cannot be right. */
  readonly code?: number
  /** For `refused`: the text of the code. */
  readonly codeText?: string
  /** For `refused`: the message of the error, cut to 2,000 characters. */
  readonly message?: string
  /** For `refused`: hints, for example the names of the queues that exist. */
  readonly details?: Readonly<Record<string, string>>
  /**
   * For `refused`: how often the same call was refused, with nothing else happening in between. The number grows while that goes on.
   * An iterator over the events shows the number at the time when it came by. For `fault` the same, for the calls that met it.
   */
  readonly times?: number
  /** For `fault`: what it did to the call, for example `lose-reply`. */
  readonly fault?: string
  /** For `fault`: the numbers of the items of the call, as far as they are known. */
  readonly items?: readonly number[]
}

/** An item whose handler produced another one. */
export interface ProducingItem {
  /** The number of the item. */
  readonly item: number
  /** The producer's reference of the item. May be empty. */
  readonly reference: string
  /** The name of the queue from which the handler got the item. */
  readonly queue: string
  /** How often the item had been leased, this time included. */
  readonly attempts: number
}

/** Whether an event is about a call, and not about an item, a lease or a queue. */
export function isOfCall({ kind }: { readonly kind: EventKind }): boolean {
  return kind === 'refused' || kind === 'fault'
}

/** Whether an event is about the daemon itself, and so about each of its queues. */
export function isOfDaemon(kind: EventKind): boolean {
  return kind === 'daemon-crashed' || kind === 'daemon-stopped' || kind === 'daemon-restarted'
}

/** Whether an event is of no item, and may still be part of the life of one. */
export function isBesideItems(event: { readonly kind: EventKind }): boolean {
  return isOfCall(event) || isOfDaemon(event.kind)
}

/** The last events of items. */
const ENDS: readonly EventKind[] = [
  'completed',
  'deleted',
  'cleared',
  'item-expired',
  'attempts-exhausted',
  'item-lost',
]

/**
 * Returns the events of an item, and those beside them: refused calls whose error message names one of its ids, faults that met it, and
 * crashes and restarts while it was there.
 */
export function withCalls(ofItem: readonly QueueEvent[], beside: readonly QueueEvent[]): QueueEvent[] {
  if (beside.length === 0) return [...ofItem]
  const ids = new Set(ofItem.map(({ id }) => id))
  const item = ofItem[0]?.item
  const names = ({ message = '', items = [] }: QueueEvent) => {
    return items.some((one) => one === item) || idsIn(message).some((id) => ids.has(id))
  }
  const [first, last] = [ofItem[0]?.number ?? 0, ofItem.at(-1)]
  const isOver = last !== undefined && ENDS.includes(last.kind)
  const end = isOver ? last.number : Number.POSITIVE_INFINITY
  const isThere = ({ number }: QueueEvent) => number > first && number < end
  const chosen = beside.filter((event) => (isOfDaemon(event.kind) ? isThere(event) : names(event)))
  return [...ofItem, ...chosen].sort((a, b) => a.number - b.number)
}

const ID = /\b[0-9A-Za-z]{27}\b/g

/** Returns the ids in a text. */
export function idsIn(text: string): string[] {
  return text.match(ID) ?? []
}

/** Replaces each id in a text with a mark. */
export function withoutIds(text: string, mark: string): string {
  return text.replace(ID, mark)
}

/** Returns an event of the record as tests read it. */
export function queueEvent(event: RecordedEvent): QueueEvent {
  const { number, kind, time, address, item, id, reference, attempts, cause, until, deadQueue, refusal, fault } = event
  const clientId = event.consumer?.clientId ?? refusal?.clientId ?? fault?.clientId ?? ''
  const callPath = placesOf(cause.origin)
  const { handled } = cause
  return {
    number,
    time: new Date(Math.floor(time)),
    kind,
    queue: address.queue,
    queueId: address.queueId,
    ...(address.partition === undefined ? {} : { partition: address.partition }),
    ...(item === 0 ? {} : { item, id: id ?? '', reference, attempts }),
    ...(event.consumer === undefined && clientId === '' ? {} : { clientId }),
    call: cause.call,
    ...(handled !== undefined && (kind === 'produced' || kind === 'scheduled') ? { producedBy: { ...handled } } : {}),
    ...(callPath[0] === undefined ? {} : { callSite: callPath[0] }),
    callPath,
    ...(Number.isNaN(until) ? {} : { until: new Date(Math.floor(until)) }),
    ...(deadQueue === undefined ? {} : { deadQueue: deadQueue.queue }),
    ...(refusal === undefined ? {} : refusalFields(refusal)),
    ...(fault === undefined ? {} : { fault: fault.fault, items: [...fault.items], times: fault.times }),
  }
}

function refusalFields({ code, codeText, message, details, times }: Refusal) {
  return { code, codeText, message, details: { ...details }, times }
}
