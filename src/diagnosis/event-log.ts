/** The event log of a daemon: what happened, for tests to read. */
import { turnDue } from '../clock/event-loop.js'
import type { Daemon } from '../daemon/daemon.js'
import type { EventKind, RecordedEvent } from '../engine/events/event-kinds.js'
import { type QueueEvent, queueEvent } from './queue-event.js'

export type { ProducingItem, QueueEvent } from './queue-event.js'

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
   * Returns the events of a queue, and those of items that came into it as dead letters. Events of an earlier queue with the same
   * name are left out.
   */
  ofQueue(name: string): QueueEvent[] {
    const id = this.#idOf(name)
    if (id === 0) return this.#which(({ address }) => address.queueId === 0 && address.queue === name)
    return this.#which(({ address, deadQueue }) => address.queueId === id || deadQueue?.queueId === id)
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

  /** Returns the events from this number on, of these queues. Without `queues`, of all. @internal */
  since(first: number, queues?: readonly string[]): QueueEvent[] {
    const isOf = (name: string) => queues === undefined || queues.includes(name)
    return this.#which(({ address, deadQueue }) => isOf(address.queue) || isOf(deadQueue?.queue ?? ''), first)
  }

  /** Whether a queue of this name exists or existed. @internal */
  hadQueue(name: string): boolean {
    return this.#idOf(name) !== 0
  }

  /** Returns the events of the item with this number, in all queues. */
  ofItem(item: number): QueueEvent[] {
    const events = this.#which((event) => event.item === item)
    const ofCalls = this.#which(isOfCall, events[0]?.number)
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

/** Whether an event is about a call, and not about an item, a lease or a queue. */
export function isOfCall({ kind }: { readonly kind: EventKind }): boolean {
  return kind === 'refused' || kind === 'fault'
}

/** Returns the events of an item, and those of calls on it: refused ones whose error message names one of its ids, and faults. */
export function withCalls(ofItem: readonly QueueEvent[], ofCalls: readonly QueueEvent[]): QueueEvent[] {
  if (ofCalls.length === 0) return [...ofItem]
  const ids = new Set(ofItem.map(({ id }) => id))
  const item = ofItem[0]?.item
  const names = ({ message = '', items = [] }: QueueEvent) => {
    return items.some((one) => one === item) || idsIn(message).some((id) => ids.has(id))
  }
  return [...ofItem, ...ofCalls.filter(names)].sort((a, b) => a.number - b.number)
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
