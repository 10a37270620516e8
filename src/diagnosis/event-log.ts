/** What happened in a daemon, for tests to look at. */
import { placesOf } from '../client/call-site.js'
import { turnDue } from '../clock/event-loop.js'
import type { Daemon } from '../daemon/daemon.js'
import type { EventKind, RecordedEvent, Refusal } from '../engine/events/event-kinds.js'

/** Something that happened to an item, to a lease that waits, or to a queue. */
export interface QueueEvent {
  /** 1 for the first event of the daemon, and so on. */
  readonly number: number
  /** By the daemon's clock; what the clock made happen has the time at which it was due. */
  readonly time: Date
  readonly kind: EventKind
  readonly queue: string
  /**
   * Tells queues of the same name apart: one that was made later has a higher number. 0 where there was no such queue, as
   * for a call that was refused for that.
   */
  readonly queueId: number
  /** Absent for what is about the queue as a whole, or a lease that waits. */
  readonly partition?: number
  /** The number of the item: it stays when the id changes, and when the item moves to a dead letter queue. */
  readonly item?: number
  /** The id of the item after the event. */
  readonly id?: string
  readonly reference?: string
  /** How often the item had been leased. */
  readonly attempts?: number
  /** Who leases, or held the item until then. */
  readonly clientId?: string
  /** The call that made it happen, `queue.produce` for example; `clock` for the passing of time. */
  readonly call: string
  /** Where that call was made: `orders.test.ts:12:15`. Known for calls of this process that need no socket. */
  readonly callSite?: string
  /** The same with what called it, the innermost first: at most three places. */
  readonly callPath: readonly string[]
  /** The end of the lease, the time for which the item is scheduled, or until when a lease waits. */
  readonly until?: Date
  /** For `dead-lettered`: where the item is now. */
  readonly deadQueue?: string
  /**
   * For `refused`: the answer, as on the wire, but for a message of more than 2,000 characters, which is cut. Code 0 stands
   * for a request that the client did not send, because it cannot be right.
   */
  readonly code?: number
  readonly codeText?: string
  readonly message?: string
  /** For `refused`: hints such as the names that exist. */
  readonly details?: Readonly<Record<string, string>>
  /**
   * For `refused`: how often, when the same call was refused again with nothing else happening in between. It grows while
   * that goes on: an iterator over the events has the number that there was when it came by, `waitFor` sees all.
   */
  readonly times?: number
}

/**
 * The events of a daemon, the oldest that is kept first. `for (const event of daemon.events)` goes through what has
 * happened; `for await (…)` goes on with what happens, and ends when the daemon is closed.
 */
export class EventLog implements Iterable<QueueEvent>, AsyncIterable<QueueEvent> {
  readonly #daemon: Daemon

  /** @internal */
  constructor(daemon: Daemon) {
    this.#daemon = daemon
  }

  /** How many events there were, those included that are kept no more. */
  get count(): number {
    return this.#daemon.record.count
  }

  /**
   * The events of a queue, those of items that went from elsewhere into it, as a dead letter queue, included. It means the
   * queue as it was made last: what happened in one of the same name before is not part of it.
   */
  ofQueue(name: string): QueueEvent[] {
    const id = this.#idOf(name)
    if (id === 0) return this.#which(({ address }) => address.queueId === 0 && address.queue === name)
    return this.#which(({ address, deadQueue }) => address.queueId === id || deadQueue?.queueId === id)
  }

  /** The events of a kind from this number on, of these queues or, without them, of all. @internal */
  ofKind(wanted: EventKind, first: number, queues?: readonly string[]): QueueEvent[] {
    const isOf = (name: string) => queues === undefined || queues.includes(name)
    return this.#which(({ kind, address }) => kind === wanted && isOf(address.queue), first)
  }

  /** The refused calls among them. @internal */
  refusedSince(first: number, queues?: readonly string[]): QueueEvent[] {
    return this.ofKind('refused', first, queues)
  }

  /** The events from this number on, of these queues or, without them, of all. @internal */
  since(first: number, queues?: readonly string[]): QueueEvent[] {
    const isOf = (name: string) => queues === undefined || queues.includes(name)
    return this.#which(({ address, deadQueue }) => isOf(address.queue) || isOf(deadQueue?.queue ?? ''), first)
  }

  /** Whether there is or was a queue of this name. @internal */
  hadQueue(name: string): boolean {
    return this.#idOf(name) !== 0
  }

  /** The events of an item, in whatever queue, by its number. */
  ofItem(item: number): QueueEvent[] {
    const events = this.#which((event) => event.item === item)
    const refused = this.#which((event) => event.kind === 'refused', events[0]?.number)
    return withRefusals(events, refused)
  }

  /** The events of the item that has, or had, this id in the queue. */
  ofItemWithId(queue: string, id: string): QueueEvent[] {
    const item = this.itemOf(queue, id)
    return item === undefined ? [] : this.ofItem(item)
  }

  /** The number of the item that had this id in the queue; undefined when nothing is known of it. */
  itemOf(queue: string, id: string): number | undefined {
    const { record } = this.#daemon
    for (let number = record.count; number >= record.first; number--) {
      const event = record.at(number)
      if (event.item !== 0 && event.address.queue === queue && event.id === id) return event.item
    }
    return this.#daemon.inspector.itemNumber(queue, id)
  }

  *[Symbol.iterator](): IterableIterator<QueueEvent> {
    const { record } = this.#daemon
    const last = record.count
    for (let number = record.first; number <= last; number++) {
      if (number >= record.first) yield shown(record.at(number))
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<QueueEvent, void, void> {
    const { record } = this.#daemon
    for (let number = record.first; ; number++) {
      // Whoever is too slow loses the oldest.
      number = Math.max(number, record.first)
      while (number > record.count) {
        if (record.ended) return
        await record.next()
      }
      const turn = turnDue()
      if (turn !== undefined) await turn
      yield shown(record.at(number))
    }
  }

  /** The number of the queue of this name, or of the last that had it; 0 when the record knows of none. */
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
      if (chosen(event)) events.push(shown(event))
    }
    return events
  }
}

/** The events of an item, and those of the refused calls whose answers name an id that it had. */
export function withRefusals(ofItem: readonly QueueEvent[], refused: readonly QueueEvent[]): QueueEvent[] {
  if (refused.length === 0) return [...ofItem]
  const ids = new Set(ofItem.map(({ id }) => id))
  const names = ({ message = '' }: QueueEvent) => idsIn(message).some((id) => ids.has(id))
  return [...ofItem, ...refused.filter(names)].sort((a, b) => a.number - b.number)
}

const ID = /\b[0-9A-Za-z]{27}\b/g

/** The ids that a text names. */
export function idsIn(text: string): string[] {
  return text.match(ID) ?? []
}

/** A text with a mark in the place of each id. */
export function withoutIds(text: string, mark: string): string {
  return text.replace(ID, mark)
}

function shown(event: RecordedEvent): QueueEvent {
  const { number, kind, time, address, item, id, reference, attempts, cause, until, deadQueue, refusal } = event
  const clientId = event.consumer?.clientId ?? refusal?.clientId ?? ''
  const callPath = placesOf(cause.origin)
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
    ...(callPath[0] === undefined ? {} : { callSite: callPath[0] }),
    callPath,
    ...(Number.isNaN(until) ? {} : { until: new Date(Math.floor(until)) }),
    ...(deadQueue === undefined ? {} : { deadQueue: deadQueue.queue }),
    ...(refusal === undefined ? {} : refusalFields(refusal)),
  }
}

function refusalFields({ code, codeText, message, details, times }: Refusal) {
  return { code, codeText, message, details, times }
}
