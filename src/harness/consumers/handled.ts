/** What became of the items that a handler got. */
import type { Daemon } from '../../daemon/daemon.js'
import { EventLog, type QueueEvent } from '../../diagnosis/event-log.js'
import type { EventKind } from '../../engine/events/event-kinds.js'
import type { LeasedItem } from '../handles/leased-items.js'

/**
 * How a turn of a handler with an item ended:
 *
 * - `completed`: the item is done
 * - `retried`: the item went back to the queue, at once or for later
 * - `lost`: the lease ran out before the handler was done, or before its turn came
 * - `left`: the handler failed and the item stays leased, with `retry: 'as the handler says'`
 */
export type HandledOutcome = 'completed' | 'retried' | 'lost' | 'left'

/** A turn of a handler with an item. An item that is retried has several. */
export interface HandledItem {
  /** The producer's reference of the item. */
  readonly reference: string
  /** How often the item had been leased, including this time. */
  readonly attempts: number
  /** The item as the handler got it. */
  readonly item: LeasedItem
  /** How the turn ended. */
  readonly outcome: HandledOutcome
  /** What the handler threw. Absent if it did not throw. */
  readonly error?: unknown
  /** Returns what happened to the item, the oldest event first. @throws QueratorError on a server elsewhere */
  history(): QueueEvent[]
}

/** An item that went to the dead letter queue. */
export interface DeadLetteredItem {
  /** The producer's reference of the item. */
  readonly reference: string
  /** How often the item had been leased. */
  readonly attempts: number
  /** Returns what happened to the item, the oldest event first. */
  history(): QueueEvent[]
}

/** What a handler has done: `queue.drain()` and the `stop()` of `queue.work()` return it. All lists are in the order in which it happened. */
export interface Handled {
  /** Every turn of the handler. */
  readonly handled: readonly HandledItem[]
  /** The turns after which the item was completed. */
  readonly completed: readonly HandledItem[]
  /** The turns after which the item went back to the queue. */
  readonly retried: readonly HandledItem[]
  /** The turns in which the handler threw, whatever became of the item. */
  readonly failed: readonly HandledItem[]
  /** The turns whose lease ran out. */
  readonly lost: readonly HandledItem[]
  /** The items that went to the dead letter queue meanwhile. Reading it throws on a server elsewhere, which does not tell. */
  readonly deadLettered: readonly DeadLetteredItem[]
}

/** Returns the turns by outcome. `deadLettered` is called when it is read. */
export function handledOf(handled: readonly HandledItem[], deadLettered: () => readonly DeadLetteredItem[]): Handled {
  const by = (outcome: HandledOutcome) => handled.filter((one) => one.outcome === outcome)
  const result: Omit<Handled, 'deadLettered'> = {
    handled,
    completed: by('completed'),
    retried: by('retried'),
    failed: handled.filter((one) => 'error' in one),
    lost: by('lost'),
  }
  let known: readonly DeadLetteredItem[] | undefined
  const get = () => {
    known ??= deadLettered()
    return known
  }
  // Not enumerable, because assertions read whatever they can.
  return Object.defineProperty(result, 'deadLettered', { get }) as Handled
}

/** Returns the items of a queue that were dead-lettered since the event with this number. */
export function deadLetteredSince(daemon: Daemon, queue: string, first: number): DeadLetteredItem[] {
  const log = new EventLog(daemon)
  const events = log.ofKind('dead-lettered', first, [queue])
  return events.map(({ reference = '', attempts = 0, item = 0 }) => {
    return { reference, attempts, history: () => log.ofItem(item) }
  })
}

/** What the events of an item say about a lease that ended. */
const ENDS: Partial<Record<EventKind, HandledOutcome>> = {
  completed: 'completed',
  retried: 'retried',
  scheduled: 'retried',
  // A retry with `dead` deletes the item.
  deleted: 'retried',
}

/** Returns what ended the lease of an item that its consumer no longer holds: the first event after the lease that ends one. */
export function endOfLease(events: readonly QueueEvent[], attempts: number): HandledOutcome | undefined {
  const leased = events.findLastIndex((event) => event.kind === 'leased' && event.attempts === attempts)
  for (const { kind } of events.slice(leased + 1)) {
    if (kind === 'refused' || kind === 'fault') continue
    return ENDS[kind] ?? 'lost'
  }
  return undefined
}
