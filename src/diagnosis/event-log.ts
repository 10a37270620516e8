/** The event log of a daemon: what happened, for tests to read. */
import { checkOptions } from '../client/known-options.js'
import { turnDue } from '../clock/event-loop.js'
import type { Daemon } from '../daemon/daemon.js'
import { EVENT_KINDS, type EventKind, type RecordedEvent } from '../engine/events/event-kinds.js'
import { usageError } from '../errors.js'
import { nearestOf } from '../nearest.js'
import { isBesideItems, isOfDaemon, type QueueEvent, queueEvent, withCalls } from './queue-event.js'

export type { ProducingItem, QueueEvent } from './queue-event.js'

/** Which events `daemon.events.read()` returns. */
export interface EventFilter {
  /** The queue, or its name. Dead letters that came into it are included. Default: all queues. */
  readonly queue?:
    | string
    | {
        /** Its name. */
        readonly name: string
      }
  /** The kind of event. Default: all kinds. */
  readonly kind?: EventKind
  /** Only events with a higher number. Default 0. */
  readonly since?: number
  /** How many events at most, the oldest first. Default: all. */
  readonly limit?: number
}

/**
 * The events of a daemon, from the oldest that is kept. `for (const event of daemon.events)` goes through what has happened.
 * `for await (const event of daemon.events)` continues with new events until the daemon is closed.
 */
export class EventLog implements Iterable<QueueEvent>, AsyncIterable<QueueEvent> {
  readonly #daemon: Daemon

  /** @internal */
  constructor(daemon: Daemon) {
    this.#daemon = daemon
  }

  /** How many events there have been, including those that are no longer kept. */
  get count(): number {
    return this.#daemon.record.count
  }

  /**
   * Returns the events of a queue, those of items that came into it as dead letters, and the crashes and restarts of the daemon while it
   * existed. Events of an earlier queue with the same name are left out.
   */
  ofQueue(name: string): QueueEvent[] {
    const id = this.#idOf(name)
    if (id === 0) return this.#which(({ address }) => address.queueId === 0 && address.queue === name)
    return withDaemon(
      this.#which((event) => isOfDaemon(event.kind) || isOf(event, id)),
      (event) => event.queueId === id,
    )
  }

  /**
   * Resolves with events, the oldest first. Unlike the other methods, it also works on a server elsewhere that has a control plane.
   *
   *     const completed = await daemon.events.read({ queue, kind: 'completed' })
   *
   * @throws QueratorError if a filter is unknown or wrong, or a server elsewhere no longer keeps all of these events
   */
  async read(filter: EventFilter = {}): Promise<QueueEvent[]> {
    const { queue, kind, since = 0, limit } = checkedFilter(filter)
    const events = queue === undefined ? this.since(since + 1) : this.ofQueue(queue)
    return events.filter((one) => one.number > since && (kind === undefined || one.kind === kind)).slice(0, limit)
  }

  /** Returns the events of a kind from this number on, of these queues. Without `queues`, of all. @internal */
  ofKind(wanted: EventKind, first: number, queues?: readonly string[]): QueueEvent[] {
    const isOf = (name: string) => queues === undefined || queues.includes(name)
    return this.#which(({ kind, address }) => kind === wanted && isOf(address.queue), first)
  }

  /** Returns the refused calls from this number on. @internal */
  refusedSince(first: number, queues?: readonly string[]): QueueEvent[] {
    return this.ofKind('refused', first, queues)
  }

  /** Returns the events from this number on, of these queues and of the daemon itself. Without `queues`, of all. @internal */
  since(first: number, queues?: readonly string[]): QueueEvent[] {
    const isOf = (name: string) => queues === undefined || queues.includes(name)
    return this.#which(
      ({ address, deadQueue, kind }) => isOf(address.queue) || isOf(deadQueue?.queue ?? '') || isOfDaemon(kind),
      first,
    )
  }

  /** Whether a queue of this name exists or existed. @internal */
  hadQueue(name: string): boolean {
    return this.#idOf(name) !== 0
  }

  /** Returns the events of the item with this number, in all queues. */
  ofItem(item: number): QueueEvent[] {
    const events = this.#which((event) => event.item === item)
    const ofCalls = this.#which(isBesideItems, events[0]?.number)
    return withCalls(events, ofCalls)
  }

  /** Returns the events of the item that has, or had, this id in the queue. Empty if there is none. */
  ofItemWithId(queue: string, id: string): QueueEvent[] {
    const item = this.itemOf(queue, id)
    return item === undefined ? [] : this.ofItem(item)
  }

  /** Returns the number of the item that has, or had, this id in the queue. Undefined if there is none. */
  itemOf(queue: string, id: string): number | undefined {
    const { record } = this.#daemon
    for (let number = record.count; number >= record.first; number--) {
      const event = record.at(number)
      if (event.item !== 0 && event.address.queue === queue && event.id === id) return event.item
    }
    return this.#daemon.inspector.itemNumber(queue, id)
  }

  /** Goes through the events that are kept. */
  *[Symbol.iterator](): IterableIterator<QueueEvent> {
    const { record } = this.#daemon
    const last = record.count
    for (let number = record.first; number <= last; number++) {
      if (number >= record.first) yield queueEvent(record.at(number))
    }
  }

  /** Goes through the events that are kept, then continues with new ones until the daemon is closed. */
  async *[Symbol.asyncIterator](): AsyncGenerator<QueueEvent, void, void> {
    const { record } = this.#daemon
    for (let number = record.first; ; number++) {
      // A slow reader misses the oldest events.
      number = Math.max(number, record.first)
      while (number > record.count) {
        if (record.ended) return
        await record.next()
      }
      const turn = turnDue()
      if (turn !== undefined) await turn
      yield queueEvent(record.at(number))
    }
  }

  /** Returns the number of the queue of this name, or of the last queue that had it. 0 if the record has none. */
  #idOf(name: string): number {
    const existing = this.#daemon.inspector.queueId(name)
    if (existing !== undefined) return existing
    const { record } = this.#daemon
    for (let number = record.count; number >= record.first; number--) {
      const { address } = record.at(number)
      if (address.queue === name && address.queueId !== 0) return address.queueId
    }
    return 0
  }

  #which(chosen: (event: RecordedEvent) => boolean, first = 1): QueueEvent[] {
    const { record } = this.#daemon
    const events: QueueEvent[] = []
    for (let number = Math.max(first, record.first); number <= record.count; number++) {
      const event = record.at(number)
      if (chosen(event)) events.push(queueEvent(event))
    }
    return events
  }
}

function isOf({ address, deadQueue }: RecordedEvent, id: number): boolean {
  return address.queueId === id || deadQueue?.queueId === id
}

/** Leaves out events of the daemon from before a queue was there, and from after it was deleted. */
function withDaemon(events: readonly QueueEvent[], isOwn: (event: QueueEvent) => boolean): QueueEvent[] {
  const first = events.findIndex(isOwn)
  const deleted = events.findLastIndex((event) => isOwn(event) && event.kind === 'queue-deleted')
  const last = deleted < 0 ? events.length : deleted
  return events.filter(({ kind }, at) => !isOfDaemon(kind) || (at > first && first >= 0 && at < last))
}

/** Returns a filter with the name of its queue. @throws QueratorError if it is wrong @internal */
export function checkedFilter(
  filter: EventFilter,
): Omit<EventFilter, 'queue'> & { readonly queue?: string | undefined } {
  checkOptions('events.read', filter, ['queue', 'kind', 'since', 'limit'], 'filter')
  const { queue, kind, since = 0, limit = 0, ...others } = filter
  if (kind !== undefined && !EVENT_KINDS.includes(kind)) {
    const nearest = nearestOf(String(kind), EVENT_KINDS)
    const hint = nearest === undefined ? '; it knows:' : `; did you mean '${nearest}'? It knows:`
    throw usageError(`events.read knows no event '${String(kind)}'${hint} ${EVENT_KINDS.join(', ')}`)
  }
  for (const [name, number] of Object.entries({ since, limit })) {
    if (!Number.isSafeInteger(number) || number < 0) {
      throw usageError(`events.read: ${name} is a whole number, 0 or more; got ${String(number)}`)
    }
  }
  return { ...filter, ...others, queue: typeof queue === 'object' ? queue.name : queue }
}
