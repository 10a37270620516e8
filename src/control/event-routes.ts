/** The routes that tell what happened. */
import { type QueueEvent, queueEvent } from '../diagnosis/queue-event.js'
import { badRequest } from '../errors.js'
import { eventJson } from './event-json.js'
import { EventStream, lastEventId } from './event-stream.js'
import { historyOfId, historyOfReference } from './history.js'
import { assertHappened, assertKept, isOfQueue, keptFrom, missedFrom, queueIdOf } from './kept-events.js'
import { streamReply } from './replies.js'
import { type ControlledDaemon, type Route, route } from './route.js'

/** How many events a reply has. */
const USUAL_LIMIT = 1000
const MOST_LISTED = 10_000

const FILTERS = {
  queue: {
    type: 'text',
    text: 'The name of the queue. Dead letters that came into it are included. Default: all queues.',
  },
  kind: { type: 'event', text: 'The kind of event. Default: all kinds.' },
} as const

const EVENTS = route({
  method: 'GET',
  path: '/test/events',
  summary: 'Returns what happened since the last reset.',
  fields: {
    ...FILTERS,
    since: { type: 'count', text: 'Only events with a higher number. Default: all since the last reset.' },
    limit: { type: 'count', most: MOST_LISTED, text: 'How many events at most. Default 1000, at most 10000.' },
  },
  reply: 'Events',
  run: (on, { queue, kind, since = 0, limit = USUAL_LIMIT }) => {
    assertKept(on.daemon)
    assertHappened(on, 'GET /test/events', since)
    return page(on, { queue, kind, since }, limit)
  },
})

const STREAM = route({
  method: 'GET',
  path: '/test/events/stream',
  summary: 'Sends events as they happen, as server-sent events. The header Last-Event-ID continues an earlier stream.',
  fields: {
    ...FILTERS,
    since: {
      type: 'count',
      text: 'Begins after the event with this number. 0 begins with the first since the last reset. Default: now.',
    },
  },
  reply: 'EventStream',
  run: (on, { since, ...filter }, request) => {
    assertKept(on.daemon)
    if (filter.queue !== undefined) queueIdOf(on, filter.queue)
    // A client that comes back goes on where it was, even over a reset.
    const after = lastEventId(request) ?? Math.max(on.first - 1, since ?? on.daemon.record.count)
    return streamReply((sink) => new EventStream(on, filter, after, sink))
  },
})

const HISTORY = route({
  method: 'GET',
  path: '/test/history',
  summary: 'Returns what happened to an item, or to all items with a reference, in this queue and in others.',
  fields: {
    queue: { type: 'text', required: true, text: 'The name of the queue.' },
    id: { type: 'text', text: 'An id that the item has, or had. Give this or `reference`.' },
    reference: { type: 'text', text: "The producer's reference of the item." },
  },
  reply: 'History',
  run: (on, { queue, id, reference }) => {
    assertKept(on.daemon)
    if ((id === undefined) === (reference === undefined)) {
      throw badRequest('GET /test/history needs either id or reference')
    }
    const { events, missed } =
      id === undefined ? historyOfReference(on, queue, reference ?? '') : historyOfId(on, queue, id)
    return { events: events.map(eventJson), missed }
  },
})

/** The routes of events. */
export const EVENT_ROUTES: readonly Route[] = [EVENTS, STREAM, HISTORY]

interface Wanted {
  readonly queue: string | undefined
  readonly kind: string | undefined
  readonly since: number
}

/** Stops at the first event that is too many: a client asks for the latest again and again. */
function page(on: ControlledDaemon, { queue, kind, since }: Wanted, limit: number) {
  const { count } = on.daemon.record
  const from = Math.max(on.first, since + 1)
  const isOf = queue === undefined ? undefined : isOfQueue(on, queue)
  const events: QueueEvent[] = []
  let more = false
  for (const event of keptFrom(on, from)) {
    if ((kind !== undefined && event.kind !== kind) || isOf?.(event) === false) continue
    more = events.length === limit
    if (more) break
    events.push(queueEvent(event))
  }
  const last = more ? (events.at(-1)?.number ?? from - 1) : count
  return { events: events.map(eventJson), last, more, missed: missedFrom(on, from, isOf), count }
}
