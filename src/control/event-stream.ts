/** Sends events as they happen, as server-sent events. */
import type { Daemon } from '../daemon/daemon.js'
import { queueEvent } from '../diagnosis/queue-event.js'
import type { RecordedEvent } from '../engine/events/event-kinds.js'
import { badRequest } from '../errors.js'
import type { StreamSink, StreamSource, WireRequest } from '../protocol/exchange.js'
import { eventJson } from './event-json.js'
import { bytesOf } from './replies.js'
import type { ControlledDaemon } from './route.js'

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

/** How much is written at once, in bytes. The client may read that much before the next piece is made. */
const PIECE = 32_768

/**
 * Reads the record as fast as the client reads, so nothing is kept for a slow one. It may miss events, and is told so. With its last event, it is
 * told that the daemon is closed: a connection that ends without that is broken.
 */
export class EventStream implements StreamSource {
  readonly #daemon: Daemon
  readonly #filter: Filter
  readonly #sink: StreamSink
  readonly #stopWatching: () => void
  /** The number of the last event that was looked at. */
  #last: number
  #isReady: boolean
  #isClosed = false

  /** Begins after the event with the number `last`. If that has not happened, it is that of a daemon before this one. */
  constructor(
    { daemon, first }: Pick<ControlledDaemon, 'daemon' | 'first'>,
    filter: Filter,
    last: number,
    sink: StreamSink,
  ) {
    const { count } = daemon.record
    this.#daemon = daemon
    this.#filter = filter
    this.#last = last <= count ? last : first - 1
    this.#sink = sink
    this.#stopWatching = daemon.record.watch(() => this.#send())
    // The head alone does not reach every client. With this it knows that it misses nothing from here on.
    const begin = last <= count ? ': events\n\n' : restarted(first - 1, count)
    this.#isReady = sink.write(bytesOf(begin))
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
    // When the daemon is closed, nobody asks for more. What is left is sent at once.
    while ((this.#isReady || record.ended) && !this.#isClosed && this.#last < record.count) this.#sendPiece()
    if (!record.ended || this.#isClosed) return
    this.close()
    this.#sink.write(bytesOf('event: end\ndata: {}\n\n'))
    this.#sink.end()
  }

  /** Sends what there is, up to a limit. */
  #sendPiece(): void {
    const { record } = this.#daemon
    let piece = ''
    while (this.#last < record.count && piece.length < PIECE) {
      const missed = record.first - this.#last - 1
      if (missed > 0) {
        this.#last += missed
        piece += `event: missed\ndata: ${JSON.stringify({ missed })}\n\n`
      }
      const event = record.at(++this.#last)
      if (this.#isWanted(event)) piece += messageOf(event)
    }
    if (piece !== '') this.#isReady = this.#sink.write(bytesOf(piece))
  }

  #isWanted({ kind, address, deadQueue }: RecordedEvent): boolean {
    const { queue, kind: wanted } = this.#filter
    if (wanted !== undefined && kind !== wanted) return false
    return queue === undefined || address.queue === queue || deadQueue?.queue === queue
  }
}

/** The id is where a client goes on that comes back before the first event. */
function restarted(last: number, count: number): string {
  return `id: ${last}\nevent: restarted\ndata: ${JSON.stringify({ count })}\n\n`
}

function messageOf(recorded: RecordedEvent): string {
  return `id: ${recorded.number}\ndata: ${JSON.stringify(eventJson(queueEvent(recorded)))}\n\n`
}
