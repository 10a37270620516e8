/** The story of a test, as plain values. */
import type { Daemon } from '../../daemon/daemon.js'
import { EventLog, type QueueEvent, withRefusals } from '../event-log.js'
import { adviceFor } from '../explain.js'
import { type RefusalStory, refusalsOf } from '../refusals.js'
import type { ItemStory } from './item-story.js'
import { deletedAsDead, lastAttemptFaults, orderFaults } from './order-faults.js'

/**
 * The story of a test: the queues it touched, what happened to each item in them, and which leases waited. Reports in the terminal and
 * pages are made from it.
 */
export interface TestStory {
  readonly title: string
  /** When the first of it happened, and when the test was over; by the daemon's clock, in milliseconds since 1970. */
  readonly begin: number
  readonly end: number
  /** Those that were made for the test first. */
  readonly queues: readonly QueueStory[]
  /** Calls that were refused, folded. */
  readonly refusals: readonly RefusalStory[]
  /** What else a reader should know before anything else, such as a time that lies in the past. */
  readonly notices: readonly string[]
  /** What happened before, such as that other tests moved the clock; empty for nothing. */
  readonly before: string
  /** How many events of the test the record keeps no more. */
  readonly lost: number
}

/** What happened in a queue. */
export interface QueueStory {
  readonly name: string
  /** How it stood when the test was over; undefined when it was gone. */
  readonly state: QueueAtTheEnd | undefined
  /** Those that came into this queue first, in the order of their first events. */
  readonly items: readonly ItemStory[]
  readonly leases: readonly LeaseStory[]
  /** Why leases still wait. */
  readonly advice: readonly string[]
  /** What happened in another order than the items came, in words. */
  readonly faults: readonly string[]
}

/** A queue as it stands. */
export interface QueueAtTheEnd {
  readonly counts: { readonly leasable: number; readonly leased: number; readonly scheduled: number }
  readonly paused: boolean
  /** In milliseconds. */
  readonly leaseTimeout: number
  /** 0 for no limit. */
  readonly maxAttempts: number
  /** Empty for none. */
  readonly deadQueue: string
}

/** A lease that had to wait. */
export interface LeaseStory {
  readonly clientId: string
  readonly since: number
  /** When it got something, gave up or ended otherwise; undefined when it still waits. */
  readonly ended: number | undefined
  /** How it ended. */
  readonly outcome: QueueEvent['kind'] | undefined
  readonly callPath: readonly string[]
}

/** What of the record belongs to the test. */
export interface Span {
  readonly title: string
  /** The number of its first event. */
  readonly first: number
  /** The queues that were made for it. */
  readonly own: readonly string[]
  /** Whether it ran alone, so that whatever happened meanwhile is its doing. */
  readonly alone: boolean
  readonly notices: readonly string[]
  readonly before: string
}

/** Gathers the story of a test that is over, before its queues are gone. */
export function storyOf(daemon: Daemon, { title, first, own, alone, notices, before }: Span): TestStory {
  const events = new EventLog(daemon).since(first, alone ? undefined : own)
  const end = daemon.clock.now()
  return {
    title,
    begin: beginOf(events, end),
    end,
    queues: queuesOf(daemon, events, own).map(([id, name]) => queueStory(daemon, id, name, events)),
    refusals: refusalsOf(events),
    notices,
    before,
    lost: Math.max(0, daemon.record.first - first),
  }
}

/** When the first of it happened, but for the making of queues. */
function beginOf(events: readonly QueueEvent[], end: number): number {
  const times = events.filter(({ kind }) => kind !== 'queue-created').map(({ time }) => time.getTime())
  return times.reduce((earliest, time) => Math.min(earliest, time), end)
}

/** The queues by their numbers, the test's own first: one that was deleted and made again is two. */
function queuesOf(daemon: Daemon, events: readonly QueueEvent[], own: readonly string[]): [number, string][] {
  const named = events
    .filter(({ queueId }) => queueId !== 0)
    .map(({ queue, queueId }): [number, string] => [queueId, queue])
  const silent = own
    .map((name): [number, string] => [daemon.inspector.queueId(name) ?? 0, name])
    .filter(([id]) => id !== 0)
  const all = new Map([...named.filter(([, name]) => own.includes(name)), ...silent, ...named])
  return [...all]
}

function queueStory(daemon: Daemon, id: number, name: string, events: readonly QueueEvent[]): QueueStory {
  const items = itemsOf(daemon, id, events)
  const exists = daemon.inspector.queueId(name) === id
  const state = exists ? daemon.inspector.queueState(name) : undefined
  return {
    name,
    state,
    items,
    leases: leasesOf(events.filter((event) => event.queueId === id)),
    advice: exists ? adviceFor(daemon, name) : [],
    faults: [
      ...orderFaults(items),
      ...lastAttemptFaults(items, state?.maxAttempts ?? 0),
      ...deletedAsDead(items, state?.deadQueue ?? '', state?.maxAttempts ?? 0),
    ],
  }
}

/** Whether there is anything to tell of a queue. */
export function somethingHappened({ items, leases }: QueueStory): boolean {
  return items.length + leases.length > 0
}

function itemsOf(daemon: Daemon, queueId: number, events: readonly QueueEvent[]): ItemStory[] {
  const byItem = new Map<number, QueueEvent[]>()
  for (const event of events) {
    if (event.item === undefined) continue
    const known = byItem.get(event.item)
    if (known === undefined) byItem.set(event.item, [event])
    else known.push(event)
  }
  const refused = events.filter(({ kind }) => kind === 'refused')
  return [...byItem]
    .filter(([, [firstOne]]) => firstOne?.queueId === queueId)
    .map(([item, ofItem]) => {
      const payload = payloadOf(daemon, ofItem[0])
      const told = withRefusals(ofItem, refused)
      const story = { item, name: ofItem[0]?.reference || `#${item}`, events: told }
      return payload === undefined ? story : { ...story, payload }
    })
}

function payloadOf(daemon: Daemon, produced: QueueEvent | undefined): ItemStory['payload'] {
  if (produced === undefined) return undefined
  const { payload } = daemon.record.at(produced.number)
  if (payload === undefined || payload.length === 0) return undefined
  const text = Buffer.from(payload.text, 'latin1').toString('utf8')
  return { text, cut: payload.text.length < payload.length }
}

const ENDS = ['lease-served', 'lease-timed-out', 'lease-abandoned']

function leasesOf(events: readonly QueueEvent[]): LeaseStory[] {
  const leases: LeaseStory[] = []
  const open: number[] = []
  for (const { kind, clientId = '', time, callPath } of events) {
    if (kind === 'lease-waiting') {
      open.push(leases.length)
      leases.push({ clientId, since: time.getTime(), ended: undefined, outcome: undefined, callPath })
    } else if (ENDS.includes(kind)) {
      const at = open.findIndex((one) => leases[one]?.clientId === clientId)
      const [one] = at < 0 ? [] : open.splice(at, 1)
      if (one !== undefined) leases[one] = { ...(leases[one] as LeaseStory), ended: time.getTime(), outcome: kind }
    }
  }
  return leases
}
