/** Which lanes of a queue are drawn: all unusual ones, and as many of the others as a page can open without delay. */
import type { ItemStory } from '../item-story.js'
import type { LeaseStory, QueueStory } from '../test-story.js'
import { idsNamedIn, wentAsUsual } from '../usual.js'

/** The most items that went as usual, and the most clients whose leases were all served, on a page. */
const MOST_USUAL = 1000

/** A client and its leases that waited, in the order in which they began to wait. */
export interface WaitingClient {
  readonly clientId: string
  readonly leases: readonly LeaseStory[]
}

/** The lanes of a queue. */
export interface DrawnLanes {
  readonly items: readonly ItemStory[]
  readonly clients: readonly WaitingClient[]
  /** How many more there are. They went as usual. */
  readonly itemsLeftOut: number
  readonly clientsLeftOut: number
}

/** Chooses the lanes of a queue, for a test with these errors. */
export function drawnLanes({ items, leases }: QueueStory, errors: readonly string[]): DrawnLanes {
  const ids = idsNamedIn(errors)
  const isNamed = ({ name, events }: ItemStory) =>
    events.some(({ id }) => id !== undefined && ids.has(id)) || errors.some((text) => isNamedIn(text, name))
  const clients = clientsOf(leases)
  const drawnItems = withoutTheRest(items, (item) => wentAsUsual(item) && !isNamed(item))
  const drawnClients = withoutTheRest(clients, isServed)
  return {
    items: drawnItems,
    clients: drawnClients,
    itemsLeftOut: items.length - drawnItems.length,
    clientsLeftOut: clients.length - drawnClients.length,
  }
}

function withoutTheRest<T>(lanes: readonly T[], isUsual: (lane: T) => boolean): readonly T[] {
  if (lanes.length <= MOST_USUAL) return lanes
  let usual = 0
  return lanes.filter((lane) => !isUsual(lane) || ++usual <= MOST_USUAL)
}

function clientsOf(leases: readonly LeaseStory[]): WaitingClient[] {
  const byClient = new Map<string, LeaseStory[]>()
  for (const lease of leases) {
    const known = byClient.get(lease.clientId)
    if (known === undefined) byClient.set(lease.clientId, [lease])
    else known.push(lease)
  }
  return [...byClient].map(([clientId, ofClient]) => ({ clientId, leases: ofClient }))
}

function isServed({ leases }: WaitingClient): boolean {
  return leases.every(({ outcome }) => outcome === 'lease-served')
}

/** Whether a text names an item as a whole word: `order-1` is not in `order-12`. */
function isNamedIn(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    if (isEdge(text, at) && isEdge(text, at + name.length)) return true
  }
  return false
}

/** Whether a word begins or ends at this place of a text. */
function isEdge(text: string, at: number): boolean {
  return !/^[\p{L}\p{N}_]{2}$/u.test(text.slice(Math.max(0, at - 1), at + 1))
}
