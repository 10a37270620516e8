/** The events of a server elsewhere, over its control plane. */
import { checkedFilter, type EventFilter, EventLog, type QueueEvent } from '../../diagnosis/event-log.js'
import { usageError } from '../../errors.js'
import type { ControlClient } from '../backing/control-client.js'
import { LONGEST_REPLY } from '../backing/reply-limit.js'
import { messagesOf } from './event-messages.js'
import { noSync } from './remote-clock.js'

type SentEvent = Omit<QueueEvent, 'time' | 'until' | 'callPath'> & {
  readonly time: string
  readonly until?: string
  readonly callPath?: readonly string[]
}

interface Page {
  readonly events: readonly SentEvent[]
  readonly last: number
  readonly more: boolean
  readonly missed: number
}

/** How many events are asked for at once. */
const PAGE = 1000

/** Reads the events of a server. What does not wait for an answer throws, and names what does. */
export class RemoteEvents extends EventLog {
  readonly #control: ControlClient

  constructor(control: ControlClient) {
    super(undefined as never)
    this.#control = control
  }

  override get count(): number {
    throw noSync('events.count', '(await daemon.events.read()).length')
  }

  override ofQueue(name: string): QueueEvent[] {
    throw noSync(`the history of '${name}'`, `await daemon.events.read({ queue: '${name}' })`)
  }

  override ofItem(): QueueEvent[] {
    throw noSync('events.ofItem()', 'await daemon.events.read({ queue }) and compare item')
  }

  override ofItemWithId(queue: string): QueueEvent[] {
    throw noSync('the history of an item', `await daemon.events.read({ queue: '${queue}' }) and compare item`)
  }

  override itemOf(queue: string): number | undefined {
    throw noSync('events.itemOf()', `await daemon.events.read({ queue: '${queue}' }) and compare id`)
  }

  // biome-ignore lint/correctness/useYield: it always throws
  override *[Symbol.iterator](): IterableIterator<QueueEvent> {
    throw noSync('for (const event of daemon.events)', 'for (const event of await daemon.events.read())')
  }

  override async *[Symbol.asyncIterator](): AsyncGenerator<QueueEvent, void, void> {
    await this.#control.settled('')
    for await (const { event, data } of messagesOf(this.#control, '/test/events/stream?since=0')) {
      // The others are about the stream: a slow reader misses the oldest events.
      if (event === '') yield eventOf(JSON.parse(data) as SentEvent)
    }
  }

  override read(filter: EventFilter = {}): Promise<QueueEvent[]> {
    return this.readWithin(filter, () => LONGEST_REPLY)
  }

  /** Reads events. `longest` returns how long the server may take for the next reply, in milliseconds. */
  async readWithin(filter: EventFilter, longest: () => number): Promise<QueueEvent[]> {
    const { queue, kind, since = 0, limit = Number.POSITIVE_INFINITY } = checkedFilter(filter)
    const events: QueueEvent[] = []
    for (let after = since; ; ) {
      const most = Math.min(PAGE, limit - events.length)
      const page = await this.#control.get<Page>('/test/events', { queue, kind, since: after, limit: most }, longest())
      if (page.missed > 0) throw tooMany(page.missed)
      for (const event of page.events) events.push(eventOf(event))
      after = page.last
      if (!page.more || events.length >= limit) return events
    }
  }
}

/** An incomplete list would say that something did not happen. */
function tooMany(missed: number) {
  return usageError(
    `the server no longer keeps ${missed} of these events; read them earlier, or pass since, the number of the last event that you know`,
  )
}

function eventOf({ time, until, callPath = [], ...event }: SentEvent): QueueEvent {
  return { ...event, time: new Date(time), callPath, ...(until === undefined ? {} : { until: new Date(until) }) }
}
