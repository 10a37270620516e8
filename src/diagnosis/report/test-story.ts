/** The story of a test as plain values: its queues, items, waiting leases and refused calls. */
import type { Daemon } from '../../daemon/daemon.js'
import type { EventKind } from '../../engine/events/event-kinds.js'
import { EventLog } from '../event-log.js'
import { adviceFor } from '../explain.js'
import { isBesideItems, isOfDaemon, type QueueEvent, withCalls } from '../queue-event.js'
import { type RefusalStory, refusalsOf } from '../refusals.js'
import { type TimeAway, timesAway } from '../times-away.js'
import { hintsOf } from './hints.js'
import type { ItemStory } from './item-story.js'
import { lossLines } from './loss-lines.js'
import { deletedAsDead, lastAttemptFaults, orderFaults } from './order-faults.js'

/** The queues that a test touched, what happened to each item in them, and which leases waited. Reports and pages show it. */
export interface TestStory {
  readonly title: string
  /** The time of the first event and of the end of the test, by the daemon's clock, in milliseconds since 1970. */
  readonly begin: number
  readonly end: number
  /** The queues that were made for the test come first. */
  readonly queues: readonly QueueStory[]
  /** Refused calls, grouped. */
  readonly refusals: readonly RefusalStory[]
  /** Warnings to show before the queues, such as that a request names a time in the past. */
  readonly notices: readonly string[]
  /** When the daemon was away during the test, and up again before its end. */
  readonly timesAway: readonly TimeAway[]
  /** What consumers could do better, although nothing is wrong with it. */
  readonly hints: readonly string[]
  /** What happened before the test, such as that other tests moved the clock. Empty if nothing did. */
  readonly before: string
  /** How many events of the test the record no longer keeps. */
  readonly lost: number
}

/** What happened in a queue. */
export interface QueueStory {
  readonly name: string
  /** Its state at the end of the test. Undefined if it was deleted or lost. */
  readonly state: QueueAtTheEnd | undefined
  /** The event of its loss in a crash or restart. Undefined if it was not lost. */
  readonly lost?: QueueEvent | undefined
  /** The items whose first event is in this queue, in the order of these events. */
  readonly items: readonly ItemStory[]
  readonly leases: readonly LeaseStory[]
  /** Why leases still wait, in sentences. */
  readonly advice: readonly string[]
  /** What went wrong with items, such as that they were completed out of order, in sentences. */
  readonly faults: readonly string[]
}

/** The state of a queue at the end of a test. */
export interface QueueAtTheEnd {
  readonly counts: { readonly leasable: number; readonly leased: number; readonly scheduled: number }
  readonly paused: boolean
  /** In milliseconds. */
  readonly leaseTimeout: number
  /** 0 means no limit. */
  readonly maxAttempts: number
  /** Empty if there is none. */
  readonly deadQueue: string
}

/** A lease that had to wait. */
export interface LeaseStory {
  readonly clientId: string
  readonly since: number
  /** When it was served, timed out or was abandoned, or its daemon or queue ended. Undefined if it still waits. */
  readonly ended: number | undefined
  /** How it ended. */
  readonly outcome: QueueEvent['kind'] | undefined
  readonly callPath: readonly string[]
}

/** The part of the record that belongs to a test. */
export interface Span {
  readonly title: string
  /** The number of its first event. */
  readonly first: number
  /** The number of the last event before the test ended. What comes later cleans up. */
  readonly last: number
  /** The names of the queues that were made for the test. */
  readonly own: readonly string[]
  /** Whether no other test ran at the same time, so that every event is its own. */
  readonly alone: boolean
  readonly notices: readonly string[]
  readonly before: string
}

/** Returns the story of a test that is over. Call it before its queues are deleted. */
export function storyOf(daemon: Daemon, { title, first, last, own, alone, notices, before }: Span): TestStory {
  const events = new EventLog(daemon).since(first, alone ? undefined : own)
  const end = daemon.clock.now()
  return {
    title,
    begin: beginOf(events, end),
    end,
    queues: queuesOf(daemon, events, own).map(([id, name]) => queueStory(daemon, id, name, events)),
    refusals: refusalsOf(events),
    notices: [...notices, ...lossLines(daemon, events)],
    timesAway: timesAway(events.filter(({ number }) => number <= last)),
    hints: daemon.notices.areOn ? hintsOf(daemon, events) : [],
    before,
    lost: Math.max(0, daemon.record.first - first),
  }
}

/** Returns the time of the first event other than `queue-created`. */
function beginOf(events: readonly QueueEvent[], end: number): number {
  const times = events.filter(({ kind }) => kind !== 'queue-created').map(({ time }) => time.getTime())
  return times.reduce((earliest, time) => Math.min(earliest, time), end)
}

/** Returns the queues by number, the test's own first. A queue that was deleted and created again counts as two. */
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
    lost: exists ? undefined : events.findLast((event) => event.kind === 'queue-lost' && event.queueId === id),
    items,
    leases: leasesOf(events.filter((event) => event.queueId === id || isOfDaemon(event.kind))),
    advice: exists ? adviceFor(daemon, name) : [],
    faults: [
      ...orderFaults(items),
      ...lastAttemptFaults(items, state?.maxAttempts ?? 0),
      ...deletedAsDead(items, state?.deadQueue ?? '', state?.maxAttempts ?? 0),
    ],
  }
}

/** Whether a queue had items or waiting leases. */
export function somethingHappened({ items, leases }: QueueStory): boolean {
  return items.length + leases.length > 0
}

function itemsOf(daemon: Daemon, queueId: number, events: readonly QueueEvent[]): ItemStory[] {
  const produced = byNumber(events, ({ kind, producedBy }) => (kind === 'produced' ? producedBy?.item : undefined))
  const ofCalls = events.filter(isBesideItems)
  return [...byNumber(events, (event) => event.item)]
    .filter(([, [firstOne]]) => firstOne?.queueId === queueId)
    .map(([item, ofItem]) => {
      const payload = payloadOf(daemon, ofItem[0])
      const all = withCalls(ofItem, ofCalls)
      const story = { item, name: ofItem[0]?.reference || `#${item}`, events: all }
      const ofHandler = produced.get(item)
      return {
        ...story,
        ...(ofHandler === undefined ? {} : { produced: ofHandler }),
        ...(payload === undefined ? {} : { payload }),
      }
    })
}

/** Groups events by a number, in the order of their first events. Leaves out events without one. */
function byNumber(events: readonly QueueEvent[], numberOf: (event: QueueEvent) => number | undefined) {
  const groups = new Map<number, QueueEvent[]>()
  for (const event of events) {
    const number = numberOf(event)
    if (number === undefined) continue
    const known = groups.get(number)
    if (known === undefined) groups.set(number, [event])
    else known.push(event)
  }
  return groups
}

function payloadOf(daemon: Daemon, produced: QueueEvent | undefined): ItemStory['payload'] {
  if (produced === undefined) return undefined
  const { payload } = daemon.record.at(produced.number)
  if (payload === undefined || payload.length === 0) return undefined
  const text = Buffer.from(payload.text, 'latin1').toString('utf8')
  return { text, cut: payload.text.length < payload.length }
}

const ENDS = ['lease-served', 'lease-timed-out', 'lease-abandoned']
/** What ends all waiting leases of a queue at once. */
const ENDS_OF_ALL: readonly EventKind[] = ['daemon-stopped', 'daemon-crashed', 'queue-deleted']

function leasesOf(events: readonly QueueEvent[]): LeaseStory[] {
  const leases: LeaseStory[] = []
  const open: number[] = []
  const end = (ended: readonly number[], time: Date, outcome: EventKind) => {
    for (const one of ended) leases[one] = { ...(leases[one] as LeaseStory), ended: time.getTime(), outcome }
  }
  for (const { kind, clientId = '', time, callPath } of events) {
    if (kind === 'lease-waiting') {
      open.push(leases.length)
      leases.push({ clientId, since: time.getTime(), ended: undefined, outcome: undefined, callPath })
    } else if (ENDS.includes(kind)) {
      const at = open.findIndex((one) => leases[one]?.clientId === clientId)
      end(at < 0 ? [] : open.splice(at, 1), time, kind)
    } else if (ENDS_OF_ALL.includes(kind)) end(open.splice(0), time, kind)
  }
  return leases
}
