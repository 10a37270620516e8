/** The routes that tell what happened. */
import type { Daemon } from '../daemon/daemon.js'
import { EventLog } from '../diagnosis/event-log.js'
import type { QueueEvent } from '../diagnosis/queue-event.js'
import { badRequest, requestFailed } from '../errors.js'
import { nearestOf } from '../nearest.js'
import { eventJson } from './event-json.js'
import { EventStream, lastEventId } from './event-stream.js'
import { unknownQueue } from './queue-names.js'
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
    limit: { type: 'count', text: 'How many events at most. Default 1000, at most 10000.' },
  },
  reply: 'Events',
  run: (on, { queue, kind, since = 0, limit = USUAL_LIMIT }) => {
    assertKept(on.daemon)
    if (limit > MOST_LISTED) throw badRequest(`GET /test/events: limit is at most ${MOST_LISTED}; got ${limit}`)
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
      text: 'Begins after the event with this number. 0 begins with the first that is kept. Default: now.',
    },
  },
  reply: 'EventStream',
  run: ({ daemon }, { since, ...filter }, request) => {
    assertKept(daemon)
    const after = lastEventId(request) ?? since ?? daemon.record.count
    return streamReply((sink) => new EventStream(daemon, filter, after, sink))
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
    return { events: id === undefined ? byReference(on, queue, reference ?? '') : byId(on, queue, id) }
  },
})

/** The routes of events. */
export const EVENT_ROUTES: readonly Route[] = [EVENTS, STREAM, HISTORY]

/** @throws 453 if the daemon keeps no events: an empty list would say that nothing happened */
function assertKept({ record }: Daemon): void {
  if (record.most === 0) throw requestFailed('this daemon keeps no events; start it with the option events')
}

interface Wanted {
  readonly queue: string | undefined
  readonly kind: string | undefined
  readonly since: number
}

function page({ daemon, first }: ControlledDaemon, { queue, kind, since }: Wanted, limit: number) {
  const { count, first: oldest } = daemon.record
  const from = Math.max(first, since + 1)
  const kept = Math.max(from, oldest)
  const all = queue === undefined ? new EventLog(daemon).since(kept) : eventsOf(daemon, queue)
  const chosen = all.filter(({ number, ...event }) => number >= kept && (kind === undefined || event.kind === kind))
  const events = chosen.slice(0, limit).map(eventJson)
  const more = chosen.length > limit
  // Before its creation, a queue had no events to miss.
  const isWhole = queue !== undefined && all[0]?.kind === 'queue-created'
  const missed = isWhole ? 0 : Math.max(0, Math.min(kept, count + 1) - from)
  return { events, last: more ? (events.at(-1)?.number ?? from - 1) : count, more, missed, count }
}

/** @throws 400 if there never was a queue of this name: it is misspelt */
function eventsOf(daemon: Daemon, queue: string): QueueEvent[] {
  const log = new EventLog(daemon)
  const events = log.ofQueue(queue)
  if (events.length === 0 && !log.hadQueue(queue)) throw unknownQueue(queue, daemon.inspector.queueNames())
  return events
}

function byId({ daemon, first }: ControlledDaemon, queue: string, id: string) {
  eventsOf(daemon, queue)
  const events = new EventLog(daemon).ofItemWithId(queue, id).filter(({ number }) => number >= first)
  if (events.length === 0) throw badRequest(`item does not exist; no item with the id '${id}' in '${queue}'`)
  return events.map(eventJson)
}

function byReference({ daemon, first }: ControlledDaemon, queue: string, reference: string) {
  const log = new EventLog(daemon)
  const inQueue = eventsOf(daemon, queue).filter(({ number, item }) => number >= first && item !== undefined)
  const items = new Set(inQueue.filter((event) => event.reference === reference).map(({ item }) => item as number))
  if (items.size === 0) throw unknownReference(queue, reference, inQueue)
  const events = new Map([...items].flatMap((item) => log.ofItem(item)).map((event) => [event.number, event]))
  return [...events.values()].sort((a, b) => a.number - b.number).map(eventJson)
}

function unknownReference(queue: string, reference: string, events: readonly QueueEvent[]) {
  const existing = [...new Set(events.flatMap((event) => event.reference || []))]
  const nearest = nearestOf(reference, existing)
  const hint = nearest === undefined ? '' : `; did you mean '${nearest}'?`
  const message = `item does not exist; no item with the reference '${reference}' in '${queue}'${hint}`
  return badRequest(message, nearest === undefined ? {} : { nearest })
}
