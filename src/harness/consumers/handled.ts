/** What became of the items that a handler got. */
import type { Daemon } from '../../daemon/daemon.js'
import { EventLog, type QueueEvent } from '../../diagnosis/event-log.js'
import type { EventKind } from '../../engine/events/event-kinds.js'
import { usageError } from '../../errors.js'
import type { Lease, LeasedItem } from '../handles/leased-items.js'

/**
 * How a turn of a handler with an item ended:
 *
 * - `completed`: the item is done
 * - `retried`: the item went back to the queue, at once or for later, or was deleted with `retry({ dead: true })`
 * - `lost`: the consumer no longer held the item when the handler was done, or before its turn came: the lease ran out, the queue was
 *   cleared or deleted, or the item was lost in a crash or restart
 * - `left`: the handler failed and the item stays leased, with `retry: 'as the handler says'`
 * - `unknown`: somebody ended the lease, and no event tells how
 */
export type HandledOutcome = 'completed' | 'retried' | 'lost' | 'left' | 'unknown'

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
  /**
   * The items that went to the dead letter queue meanwhile. Reading it throws on a server elsewhere, which does not tell, and if the daemon
   * no longer has all events.
   */
  readonly deadLettered: readonly DeadLetteredItem[]
}

/** Returns the turns by outcome. `deadLettered` returns the items of the dead letter queue, or throws if they are not known. */
export function handledOf(handled: readonly HandledItem[], deadLettered: () => readonly DeadLetteredItem[]): Handled {
  const by = (outcome: HandledOutcome) => handled.filter((one) => one.outcome === outcome)
  const result: Omit<Handled, 'deadLettered'> = {
    handled,
    completed: by('completed'),
    retried: by('retried'),
    failed: handled.filter((one) => 'error' in one),
    lost: by('lost'),
  }
  // Read now, while the events are there. Thrown only when somebody asks.
  const dead = attempt(deadLettered)
  const get = () => {
    if ('error' in dead) throw dead.error
    return dead.value
  }
  // Not enumerable, because assertions read whatever they can.
  return Object.defineProperty(result, 'deadLettered', { get }) as Handled
}

function attempt<T>(work: () => T): { readonly value: T } | { readonly error: unknown } {
  try {
    return { value: work() }
  } catch (error) {
    return { error }
  }
}

/** Returns the items of a queue that were dead-lettered since the event with this number. @throws QueratorError if not all are known */
export function deadLetteredSince(daemon: Daemon, queue: string, first: number): DeadLetteredItem[] {
  const { record } = daemon
  if (record.most === 0 || first < record.first) {
    throw usageError(
      `deadLettered is read from the events, and this daemon keeps the latest ${record.most}; raise the option events`,
    )
  }
  const log = new EventLog(daemon)
  const events = log.ofKind('dead-lettered', first, [queue])
  return events.map(({ reference = '', attempts = 0, item = 0 }) => {
    return { reference, attempts, history: () => log.ofItem(item) }
  })
}

/** What the events of an item say about a lease that ended. All others mean that it was lost. */
const ENDS: Partial<Record<EventKind, HandledOutcome>> = {
  completed: 'completed',
  retried: 'retried',
  scheduled: 'retried',
  // A retry with `dead` deletes the item.
  deleted: 'retried',
}

/** The queue of a handler. */
interface Place {
  readonly queueName: string
  readonly daemon: Daemon | undefined
  now(): number
}

/** Returns what ended the lease of an item that its consumer no longer holds. */
export function outcomeOf({ daemon, queueName, now }: Place, { partition }: Lease, item: LeasedItem): HandledOutcome {
  if (item.settled !== undefined) return item.settled
  const found = daemon && endInRecord(daemon, queueName, partition, item.id)
  if (found !== undefined) return found
  return now() >= item.leaseDeadline.getTime() ? 'lost' : 'unknown'
}

/** Returns what the first event after the lease says. Undefined if it is not kept. */
function endInRecord({ inspector, record }: Daemon, queueName: string, partition: number, id: string) {
  const queueId = inspector.queueId(queueName)
  // The queue is gone, and all that was in it.
  if (queueId === undefined) return 'lost'
  const sequence = inspector.sequenceOf(queueName, partition, id)
  // A partition that began anew gives other ids, and what it had before is gone.
  if (sequence === undefined) return 'lost'
  const [, next] = record.sinceLease({ queueId, partition }, sequence)
  return next && (ENDS[next.kind] ?? 'lost')
}
