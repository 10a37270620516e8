/** The items that queues lost in crashes and restarts, and that nobody brought back. */
import type { Daemon } from '../daemon/daemon.js'
import type { EventKind, RecordedEvent } from '../engine/events/event-kinds.js'
import type { EventRecord } from '../engine/events/record.js'

/** What to look for. */
export interface LossQuery {
  readonly queue: string
  /** The number of the first event of the test. */
  readonly first: number
  /** The number of the last event at which something may be lost. Whatever came later may have brought it back. */
  readonly last: number
  /** Whether scheduled items count. */
  readonly scheduled: boolean
}

/** The items that were lost in one crash or restart, and not produced again. */
export interface LostItems {
  /** The number of the event with which the daemon ended. */
  readonly end: number
  /** Which crash: `crash (orders.test.ts:12)`. */
  readonly how: string
  /** The references of the items, or the ids of those without one. */
  readonly names: string[]
}

/** An item that was lost. */
interface Lost {
  readonly name: string
  readonly number: number
  readonly end: number
}

/** The events that are read. A test makes many others. */
const READ = new Set<EventKind | undefined>([
  'produced',
  'imported',
  'scheduled',
  'item-due',
  'dead-lettered',
  'item-lost',
  'queue-deleted',
  'daemon-stopped',
  'daemon-crashed',
])

/**
 * Returns for each query what the queue, or earlier ones of its name, lost since the test began and has not got again, by crash. Not what
 * the test knows of. It reads the events once for all queries.
 */
export function lostItems(daemon: Daemon, queries: readonly LossQuery[]): LostItems[][] {
  const { record, losses } = daemon
  const first = Math.max(Math.min(...queries.map((query) => query.first)), record.first)
  if (!has(record, 'item-lost', first)) return queries.map(() => [])
  const asked = queries.map((query) => new LossesOfQueue(query))
  const byQueue = new Map(asked.map((one) => [one.queue, asked.filter(({ queue }) => queue === one.queue)]))
  const items: ItemsSoFar = { keys: new Map(), scheduled: new Set() }
  let end = record.landmarks.endBetween(0, first)
  for (let number = first; number <= record.count; number++) {
    const kind = record.kindAt(number)
    if (!READ.has(kind)) continue
    if (kind === 'daemon-stopped' || kind === 'daemon-crashed') {
      end = number
      continue
    }
    const event = record.at(number)
    const isKnown = kind === 'item-lost' && losses.isKnown(event.address.queue, number)
    if (!isKnown) for (const one of byQueue.get(event.address.queue) ?? []) one.take(event, items, end)
    follow(event, items)
  }
  return asked.map((one) => byCrash(one.still, (number) => losses.howText(number)))
}

function has(record: EventRecord, kind: EventKind, first: number): boolean {
  for (let number = first; number <= record.count; number++) if (record.kindAt(number) === kind) return true
  return false
}

/** What is known of items before an event. */
interface ItemsSoFar {
  /** How items are told apart that were produced: see {@link keyOf}. */
  readonly keys: Map<number, string>
  readonly scheduled: Set<number>
}

function follow(event: RecordedEvent, { keys, scheduled }: ItemsSoFar): void {
  const { kind, item } = event
  if (kind === 'produced' || kind === 'imported') keys.set(item, keyOf(event))
  if (kind === 'scheduled') scheduled.add(item)
  else scheduled.delete(item)
}

/** Tells items apart: by the reference, or for an item without one by its payload. */
function keyOf({ reference, payload }: RecordedEvent): string {
  return reference === '' ? `payload ${payload?.text}` : `reference ${reference}`
}

/** What a queue has lost that a query asks for. */
class LossesOfQueue {
  readonly #query: LossQuery
  readonly #lost = new Map<string, Lost[]>()

  constructor(query: LossQuery) {
    this.#query = query
  }

  get queue(): string {
    return this.#query.queue
  }

  /** What nobody brought back, in the order of the losses. */
  get still(): Lost[] {
    return [...this.#lost.values()].flat().sort((a, b) => a.number - b.number)
  }

  take(event: RecordedEvent, items: ItemsSoFar, end: number): void {
    const { kind, number } = event
    if (number < this.#query.first) return
    if (kind === 'item-lost') this.#lose(event, items, end)
    // Who deletes a queue does not miss what it had.
    else if (kind === 'queue-deleted') this.#lost.clear()
    else if (kind === 'produced' || kind === 'imported') this.#mend(event)
  }

  #lose(event: RecordedEvent, items: ItemsSoFar, end: number): void {
    const { number, item, reference, id = '' } = event
    const { last, scheduled } = this.#query
    if (number > last || (!scheduled && items.scheduled.has(item))) return
    const key = items.keys.get(item) ?? keyOf(event)
    const same = this.#lost.get(key) ?? []
    same.push({ name: reference || id, number, end })
    this.#lost.set(key, same)
  }

  /** A reference names one item, however often it was produced. Items without one are told apart by number. */
  #mend(produced: RecordedEvent): void {
    const key = keyOf(produced)
    if (produced.reference !== '') this.#lost.delete(key)
    else this.#lost.get(key)?.shift()
  }
}

function byCrash(lost: readonly Lost[], howText: (number: number) => string): LostItems[] {
  const found = new Map<number, LostItems>()
  for (const { name, number, end } of lost) {
    const of = found.get(end)
    if (of === undefined) found.set(end, { end, how: howText(number), names: [name] })
    else of.names.push(name)
  }
  return [...found.values()]
}
