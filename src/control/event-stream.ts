/** Sends events as they happen, as server-sent events. */
import type { Daemon } from '../daemon/daemon.js'
import { queueEvent } from '../diagnosis/queue-event.js'
import type { RecordedEvent } from '../engine/events/event-kinds.js'
import { badRequest } from '../errors.js'
import type { StreamSink, StreamSource, WireRequest } from '../protocol/exchange.js'
import { eventJson } from './event-json.js'
import { bytesOf } from './replies.js'

/** Which events are sent. */
interface Filter {
  readonly queue: string | undefined
  readonly kind: string | undefined
}

/** Returns the number in `Last-Event-ID`. Undefined without the header. @throws 400 if it is no number of an event */
export function lastEventId({ headers }: WireRequest): number | undefined {
  const id = headers['last-event-id']
  if (id === undefined || id === '') return undefined
  if (/^\d{1,15}$/.test(id)) return Number(id)
  throw badRequest(`Last-Event-ID is the number of an event; got '${id.slice(0, 100)}'`)
}

/** Reads the record as fast as the client reads, so nothing is kept for a slow one. It may miss events, and is told so. */
export class EventStream implements StreamSource {
  readonly #daemon: Daemon
  readonly #filter: Filter
  readonly #sink: StreamSink
  readonly #stopWatching: () => void
  /** The number of the last event that was looked at. */
  #last: number
  #isReady: boolean
  #isClosed = false

  /** Begins after the event with the number `last`. */
  constructor(daemon: Daemon, filter: Filter, last: number, sink: StreamSink) {
    this.#daemon = daemon
    this.#filter = filter
    this.#last = last
    this.#sink = sink
    this.#stopWatching = daemon.record.watch(() => this.#send())
    // The head alone does not reach every client. With this it knows that it misses nothing from here on.
    this.#isReady = sink.write(bytesOf(': events\n\n'))
    this.#send()
  }

  ready(): void {
    this.#isReady = true
    this.#send()
  }

  close(): void {
    this.#isClosed = true
    this.#stopWatching()
  }

  #send(): void {
    const { record } = this.#daemon
    while (this.#isReady && !this.#isClosed && this.#last < record.count) {
      const missed = record.first - this.#last - 1
      if (missed > 0) {
        this.#last += missed
        this.#isReady = this.#sink.write(bytesOf(`event: missed\ndata: ${JSON.stringify({ missed })}\n\n`))
        continue
      }
      const event = record.at(++this.#last)
      if (this.#isWanted(event)) this.#isReady = this.#sink.write(bytesOf(messageOf(event)))
    }
    if (!record.ended || this.#isClosed) return
    this.close()
    this.#sink.end()
  }

  #isWanted({ kind, address, deadQueue }: RecordedEvent): boolean {
    const { queue, kind: wanted } = this.#filter
    if (wanted !== undefined && kind !== wanted) return false
    return queue === undefined || address.queue === queue || deadQueue?.queue === queue
  }
}

function messageOf(recorded: RecordedEvent): string {
  return `id: ${recorded.number}\ndata: ${JSON.stringify(eventJson(queueEvent(recorded)))}\n\n`
}
