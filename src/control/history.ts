/** What happened to items, from their first event on. */
import { EventLog } from '../diagnosis/event-log.js'
import { isBesideItems, type QueueEvent, queueEvent, withCalls } from '../diagnosis/queue-event.js'
import type { EventKind } from '../engine/events/event-kinds.js'
import { badRequest, requestFailed } from '../errors.js'
import { nearestOf } from '../nearest.js'
import { isOfQueue, keptFrom, missedFrom } from './kept-events.js'
import type { ControlledDaemon } from './route.js'

/** The events with which an item begins. */
const FIRST_KINDS: readonly EventKind[] = ['produced', 'imported']

/** What happened to items. */
export interface History {
  readonly events: readonly QueueEvent[]
  /** How many events the daemon no longer keeps that may have been about further items of this reference. */
  readonly missed: number
}

/** Returns what happened to the item with this id. @throws 400 if there is none, 453 if its first event is no longer kept */
export function historyOfId(on: ControlledDaemon, queue: string, id: string): History {
  const missed = missedFrom(on, 1, isOfQueue(on, queue))
  const item = new EventLog(on.daemon).itemOf(queue, id)
  const events = item === undefined ? [] : eventsOf(on, new Set([item]))
  if (events.length > 0) return { events, missed: 0 }
  // An item that exists has had events.
  if (item !== undefined && on.daemon.inspector.itemNumber(queue, id) === item) throw notKept()
  throw badRequest(`item does not exist; no item with the id '${id}' in '${queue}'${orNotKept(missed)}`)
}

/** Returns what happened to all items with this reference. @throws 400 if there is none, 453 if the first event of one is no longer kept */
export function historyOfReference(on: ControlledDaemon, queue: string, reference: string): History {
  const isOf = isOfQueue(on, queue)
  const items = new Set<number>()
  const references = new Set<string>()
  for (const event of keptFrom(on)) {
    if (event.item === 0 || !isOf(event)) continue
    if (event.reference === reference) items.add(event.item)
    else references.add(event.reference)
  }
  const missed = missedFrom(on, 1, isOf)
  if (items.size > 0) return { events: eventsOf(on, items), missed }
  const nearest = nearestOf(reference, [...references].filter(Boolean))
  const hint = nearest === undefined ? '' : `; did you mean '${nearest}'?`
  const message = `item does not exist; no item with the reference '${reference}' in '${queue}'${hint}${orNotKept(missed)}`
  throw badRequest(message, nearest === undefined ? {} : { nearest })
}

/** Returns the events of items and of calls on them, each once. @throws 453 if the first event of one is no longer kept */
function eventsOf(on: ControlledDaemon, items: ReadonlySet<number>): QueueEvent[] {
  const ofItems = new Map<number, QueueEvent[]>()
  const ofCalls: QueueEvent[] = []
  for (const event of keptFrom(on)) {
    if (isBesideItems(event)) {
      if (ofItems.size > 0) ofCalls.push(queueEvent(event))
      continue
    }
    if (!items.has(event.item)) continue
    const known = ofItems.get(event.item)
    if (known !== undefined) known.push(queueEvent(event))
    else if (FIRST_KINDS.includes(event.kind)) ofItems.set(event.item, [queueEvent(event)])
    else throw notKept()
  }
  const all = [...ofItems.values()].flatMap((events) => withCalls(events, ofCalls))
  const byNumber = new Map(all.map((event) => [event.number, event]))
  return [...byNumber.values()].sort((a, b) => a.number - b.number)
}

function notKept() {
  return requestFailed(
    'this daemon no longer keeps the first events of the item; ask earlier, or start a test daemon with a larger option events',
  )
}

function orNotKept(missed: number): string {
  return missed === 0 ? '' : `; this daemon no longer keeps ${missed} events, which may have been about it`
}
