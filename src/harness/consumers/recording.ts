/** `Recording`: what happened on a daemon while a function ran. */
import type { QueueEvent } from '../../diagnosis/event-log.js'
import { usageError } from '../../errors.js'
import { nearestOf } from '../../nearest.js'
import { TestQueue } from '../handles/test-queue.js'
import type { RecordedItem } from './recorded-item.js'
import { withDue } from './with-due.js'

/** What a recording is made of. @internal */
export interface Recorded {
  /** The events in order. */
  readonly events: readonly QueueEvent[]
  /** Returns the item of an event. `due` is when the event makes it due. */
  readonly itemOf: (event: QueueEvent, due: Date | undefined) => RecordedItem
  /** The queues that existed in the meantime. */
  readonly queueNames: ReadonlySet<string>
  /** The queues that were recorded. Undefined for all. */
  readonly only: readonly string[] | undefined
  /** Whether the clock stood still at the end. */
  readonly frozen: boolean
  /** Call when a check has shown that the test knows what a queue has lost in crashes. */
  readonly knowLosses: (queue: string) => void
}

/** Marks recordings, also those from another copy of this package. */
const BRAND = Symbol.for('querator-test.recording')

/**
 * What happened on the daemon while a function ran. `daemon.recording(fn)` resolves with one. Each list is in the order of the events, and
 * an item stands in it once for each event.
 */
export class Recording<T = unknown> {
  /** What the function returned. */
  readonly value: T
  /** Everything that happened, with events of every kind. */
  readonly events: readonly QueueEvent[]
  /** The items that producers added. */
  readonly produced: readonly RecordedItem[]
  /** The items that were leased. */
  readonly leased: readonly RecordedItem[]
  /** The items that consumers completed. */
  readonly completed: readonly RecordedItem[]
  /** The items that consumers returned. */
  readonly retried: readonly RecordedItem[]
  /** The items whose lease expired. */
  readonly leaseExpired: readonly RecordedItem[]
  /** The items whose expire timeout ended. */
  readonly expired: readonly RecordedItem[]
  /** The items that went to a dead letter queue. `queue` is where they came from. */
  readonly deadLettered: readonly RecordedItem[]
  /** The calls that the daemon refused. */
  readonly refused: readonly QueueEvent[]
  readonly #recorded: Recorded

  /** Returns what a value recorded, from any copy of this package. Undefined if it is no recording. @internal */
  static behind(value: unknown): Recorded | undefined {
    const isOne = typeof value === 'object' && value !== null && BRAND in value
    return isOne ? (value as { [BRAND]: Recorded })[BRAND] : undefined
  }

  /** @internal */
  constructor(recorded: Recorded, value: T) {
    this.#recorded = recorded
    this.value = value
    this.events = recorded.events
    this.produced = itemsOf(recorded, 'produced')
    this.leased = itemsOf(recorded, 'leased')
    this.completed = itemsOf(recorded, 'completed')
    this.retried = itemsOf(recorded, 'retried')
    this.leaseExpired = itemsOf(recorded, 'lease-expired')
    this.expired = itemsOf(recorded, 'item-expired')
    this.deadLettered = itemsOf(recorded, 'dead-lettered')
    this.refused = recorded.events.filter(({ kind }) => kind === 'refused')
  }

  /** @internal */
  get [BRAND](): Recorded {
    return this.#recorded
  }

  /**
   * Returns the part of the recording that is about one queue.
   *
   *     seen.in('orders').completed
   *
   * @throws QueratorError if no queue of this name existed in the meantime, or the recording left it out
   */
  in(queue: string | TestQueue): Recording<T> {
    const name = queueNameIn(this.#recorded, 'in', queue)
    const events = this.events.filter((event) => event.queue === name)
    return new Recording({ ...this.#recorded, events, only: [name] }, this.value)
  }
}

/** Returns the items with an event of this kind, of one queue or of all, in the order of these events. */
export function itemsOf({ events, itemOf }: Recorded, kind: QueueEvent['kind'], queue?: string): RecordedItem[] {
  return withDue(events, kind, queue).map(({ event, due }) => itemOf(event, due))
}

/**
 * Returns the name of a queue that a recording is asked about.
 * @throws QueratorError if the recording cannot know anything about it, because a misspelt name would never show anything
 */
export function queueNameIn(recorded: Recorded, asker: string, queue: unknown): string {
  const name = nameOf(queue)
  if (name === undefined) throw usageError(`${asker} takes a queue or its name; got ${String(queue)}`)
  const { only, queueNames } = recorded
  if (only !== undefined && !only.includes(name)) {
    throw usageError(`the recording is of ${quoted(only)} only, and knows nothing of '${name}'`)
  }
  if (queueNames.has(name)) return name
  const near = nearestOf(name, [...queueNames])
  const hint = near === undefined ? '' : ` did you mean '${near}'?`
  throw usageError(`there was no queue named '${name}' during the recording;${hint} ${elsewhereText(recorded)}`)
}

/** Returns the name of a queue. Undefined if it is neither a queue nor a name. */
export function nameOf(queue: unknown): string | undefined {
  return typeof queue === 'string' ? queue : TestQueue.behind(queue)?.name
}

/** Says to which queues how many items were produced, such as `produced elsewhere: 3 to 'order'`. */
export function elsewhereText({ events }: Pick<Recorded, 'events'>): string {
  const counts = new Map<string, number>()
  for (const { kind, queue } of events) if (kind === 'produced') counts.set(queue, (counts.get(queue) ?? 0) + 1)
  if (counts.size === 0) return 'nothing was produced elsewhere'
  return `produced elsewhere: ${[...counts].map(([queue, count]) => `${count} to '${queue}'`).join(', ')}`
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ')
}
