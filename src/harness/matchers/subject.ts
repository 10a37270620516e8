/** What a matcher is about: a queue, or what a recording saw in a queue. */
import { lossText, lostItemText } from '../../diagnosis/downtime.js'
import { EventLog, type QueueEvent } from '../../diagnosis/event-log.js'
import { isOfDaemon } from '../../diagnosis/queue-event.js'
import { consumerLines } from '../../diagnosis/silent-consumers.js'
import { eventText } from '../../diagnosis/timeline.js'
import { type TimeAway, timesAway } from '../../diagnosis/times-away.js'
import { usageError } from '../../errors.js'
import { nearestOf } from '../../nearest.js'
import { elsewhereText, queueNameIn, type Recorded, Recording } from '../consumers/recording.js'
import { TestQueue } from '../handles/test-queue.js'

/** What a matcher is about. */
export interface Subject {
  /** The name of the queue. */
  readonly name: string
  /** When it was looked at, after the name. Empty for now. */
  readonly during: string
  /** The most leases of an item. 0 for no limit, or if it is unknown. */
  readonly maxAttempts: () => number
  /** Returns what happened to explain what is missing. Undefined if it is unknown. */
  readonly history: () => readonly QueueEvent[] | undefined
  /** Says what is known of an expected item to which nothing happened here. */
  readonly stranger: (reference: string) => string
  /** Returns more lines for the message, about what was seen elsewhere. */
  readonly hints: () => readonly string[]
  /** Returns when the daemon was away last, in the test or the recording. Undefined if it was not. */
  readonly lastAway: () => TimeAway | undefined
  /** Says which consumers have not come back since the daemon was away. */
  readonly consumers: () => readonly string[]
}

/** The most refused calls that are shown. */
const MOST_REFUSED = 3

/** Returns a queue as a subject. */
export function subjectOf(queue: TestQueue): Subject {
  const seen = <T>(look: (place: TestQueue['place']) => T) => orUndefined(() => look(queue.place))
  return {
    name: queue.name,
    during: '',
    maxAttempts: () => orUndefined(() => queue.embedded('observe').inspector.queueState(queue.name).maxAttempts) ?? 0,
    history: () => orUndefined(() => queue.history()),
    stranger: (reference) =>
      seen(({ daemon, test }) => lostItemText(daemon, queue.name, reference, test.first)) ??
      'which was never in this queue',
    hints: () => {
      const text = seen(({ daemon, test }) => lossText(daemon, queue.name, test.first)) ?? ''
      return text === '' ? [] : [text]
    },
    lastAway: () => seen(({ daemon, test }) => timesAway(new EventLog(daemon).since(test.first, [])).at(-1)),
    consumers: () =>
      seen(({ daemon, test, endLines }) => consumerLines(daemon, test.first, endLines, [queue.name])) ?? [],
  }
}

/** Returns what a recording saw in a queue as a subject. `kind` is the kind of events that the claim is about. */
export function subjectIn(recorded: Recorded, name: string, kind: QueueEvent['kind']): Subject {
  const produced = recorded.events.filter((event) => event.kind === 'produced')
  const history = recorded.events.filter(({ queue, kind }) => queue === name || isOfDaemon(kind))
  return {
    name,
    during: ', during the recording,',
    maxAttempts: () => 0,
    history: () => history,
    stranger: (reference) => {
      const elsewhere = produced.find((event) => event.reference === reference)
      return elsewhere === undefined ? 'to which nothing happened' : `which was produced to '${elsewhere.queue}'`
    },
    hints: () => [
      ...(kind === 'produced' && !produced.some(({ queue }) => queue === name)
        ? [nothingProduced(recorded, name)]
        : []),
      ...recorded.events
        .filter((event) => event.kind === 'refused')
        .slice(0, MOST_REFUSED)
        .map(eventText),
    ],
    lastAway: () => timesAway(recorded.events).at(-1),
    consumers: () => [],
  }
}

/** Returns the queue, also one from another copy of this package. @throws QueratorError if it is not a queue of a test */
export function queueOf(matcher: string, received: unknown): TestQueue {
  const queue = TestQueue.behind(received)
  if (queue !== undefined) return queue
  throw usageError(
    `${matcher} is about a queue, as createQueue() and the fixture queue make them; got ${describedValue(received)}`,
  )
}

/** What a matcher that knows recordings got: a queue, or a recording and a queue in it, and what it expects. */
export type Asked<E> =
  | { readonly queue: TestQueue; readonly expected: E }
  | { readonly recorded: Recorded; readonly name: string; readonly expected: E }

/** Returns what a matcher is about. @throws QueratorError if it is about something else, or the queue is not given as it should */
export function askedOf<E>(matcher: string, received: unknown, claim: readonly unknown[]): Asked<E> {
  const recorded = Recording.behind(received)
  if (recorded === undefined) {
    const queue = queueOf(matcher, received)
    if (claim.length === 1) return { queue, expected: claim[0] as E }
    throw usageError(`${matcher} on a queue takes only what you expect: ${matcher}(['order-1'])`)
  }
  if (claim.length !== 2) {
    throw usageError(`${matcher} on a recording takes the queue and what you expect: ${matcher}('orders', ['order-1'])`)
  }
  return { recorded, name: queueNameIn(recorded, matcher, claim[0]), expected: claim[1] as E }
}

function nothingProduced(recorded: Recorded, name: string): string {
  const others = [...new Set(recorded.events.filter(({ kind }) => kind === 'produced').map(({ queue }) => queue))]
  const near = nearestOf(name, others)
  const hint = near === undefined ? '' : ` (was '${name}' meant?)`
  return `nothing was produced to '${name}' during the recording; ${elsewhereText(recorded)}${hint}`
}

function orUndefined<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch {
    return undefined
  }
}

function describedValue(value: unknown): string {
  const name = (Object(value) as { constructor?: { name?: string } }).constructor?.name
  return typeof value === 'object' && value !== null ? `a ${name ?? 'object'}` : String(value)
}
