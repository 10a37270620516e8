/** The event that a test waits for: which events match it, and what to call it. */
import { inspect } from 'node:util'
import type { QueueEvent } from '../../diagnosis/event-log.js'
import { namedEventText } from '../../diagnosis/timeline.js'
import { EVENT_KINDS, type EventKind } from '../../engine/events/event-kinds.js'
import { usageError } from '../../errors.js'
import { nearestOf } from '../../nearest.js'

/** Which events match. An event must match every field that you give. */
export interface EventPattern {
  /** The kind of event. */
  readonly event: EventKind
  /** The reference of the item. Default: any. */
  readonly reference?: string
  /** The consumer that leases the item, or held it. Default: any. */
  readonly clientId?: string
  /** How often the item had been leased. Default: any number. */
  readonly attempts?: number
  /** Which of the matching events to wait for. They count from the creation of the queue, or from `since`. Default 1: the first. */
  readonly times?: number
  /**
   * Ignores earlier events: `'now'` for those before this call, or an event for itself and those before it. `queue.waitFor()` returns
   * events. Default: none are ignored.
   */
  readonly since?: 'now' | QueueEvent
}

/** The fields of a pattern. */
export const PATTERN_FIELDS = ['event', 'reference', 'clientId', 'attempts', 'times', 'since']
/** The most nearest events that are listed. */
const MOST_MISSES = 5

/** @throws QueratorError if `taker` cannot wait for such an event */
export function checkPattern(taker: string, { event, since, times = 1 }: EventPattern): void {
  checkKind(taker, event)
  if (!Number.isInteger(times) || times < 1) {
    throw usageError(`${taker}: times is a whole number, 1 or more; got ${inspect(times, { depth: 0 })}`)
  }
  if (since === undefined || since === 'now' || typeof Object(since).number === 'number') return
  throw usageError(
    `${taker}: since is 'now' or an event that waitFor() or history() returned; got ${inspect(since, { depth: 1 })}`,
  )
}

/** Returns the number of the last event to ignore. `count` is the number of events so far. */
export function ignoredBy({ since }: EventPattern, count: number): number {
  return since === 'now' ? count : (since?.number ?? 0)
}

/** @throws QueratorError if the kind is unknown. The message has the nearest kind. */
function checkKind(taker: string, event: unknown): void {
  if (EVENT_KINDS.some((kind) => kind === event)) return
  const nearest = typeof event === 'string' ? nearestOf(event, EVENT_KINDS) : undefined
  const hint = nearest === undefined ? '; it knows:' : `; did you mean '${nearest}'? It knows:`
  throw usageError(`${taker} knows no event '${String(event)}'${hint} ${EVENT_KINDS.join(', ')}`)
}

/** The words for each event, after "waiting for an item". Default: `to be` and the kind. */
const WORDS: Partial<Record<EventKind, string>> = {
  'item-due': 'to come due',
  'lease-expired': 'to lose its lease',
  'item-expired': 'to expire',
  'attempts-exhausted': 'to run out of attempts',
  'item-lost': 'to be lost in a crash',
  'lease-waiting': 'to wait',
  'lease-timed-out': 'to time out',
  'queue-lost': 'to be lost in a crash',
  'daemon-crashed': 'to crash',
  'daemon-stopped': 'to stop for a restart',
  'daemon-restarted': 'to be up again',
  fault: 'to meet a fault',
}

/** Returns a text such as `'order-1' to be completed`. */
export function wanted({ event, reference, clientId, attempts, times = 1 }: EventPattern): string {
  const subject = reference === undefined ? subjectOf(event) : `'${reference}'`
  const words = WORDS[event] ?? `to be ${event.replace(/^(queue|lease)-/, '')}`
  const by = clientId === undefined ? '' : ` by ${clientId}`
  const attempt = attempts === undefined ? '' : ` on attempt ${attempts}`
  return `${subject} ${words}${by}${attempt}${times === 1 ? '' : `, ${times} times`}`
}

function subjectOf(event: EventKind): string {
  if (event === 'refused' || event === 'fault') return 'a call'
  if (event.startsWith('queue-')) return 'the queue'
  if (event.startsWith('daemon-')) return 'the daemon'
  return event !== 'lease-expired' && event.startsWith('lease-') ? 'a lease' : 'an item'
}

/** Returns the event that makes the count complete. One `refused` event may stand for many calls. */
export function nth(events: readonly QueueEvent[], awaited: EventPattern): QueueEvent | undefined {
  let left = awaited.times ?? 1
  return events.find((event) => {
    if (missesOf(event, awaited) === 0) left -= event.times ?? 1
    return left <= 0
  })
}

/** The fields of an event that a pattern can name. */
type EventFields = { readonly [F in 'kind' | 'reference' | 'attempts' | 'clientId']?: QueueEvent[F] | undefined }

/** Returns in how many fields an event differs from the awaited one. */
export function missesOf(given: EventFields, { event, reference, clientId, attempts }: EventPattern): number {
  const isOther = <T>(wanted: T | undefined, got: T | undefined) => Number(wanted !== undefined && wanted !== got)
  return (
    isOther(event, given.kind) +
    isOther(reference, given.reference) +
    isOther(clientId, given.clientId) +
    isOther(attempts, given.attempts)
  )
}

/** Lists the nearest events: those of the same item or of the same kind, fewest differences first. */
export function nearest(events: readonly QueueEvent[], awaited: EventPattern): string[] {
  const near = events
    .filter(
      (event) =>
        event.kind === awaited.event || (awaited.reference !== undefined && event.reference === awaited.reference),
    )
    .map((event) => ({ event, misses: missesOf(event, awaited) }))
    .sort((a, b) => a.misses - b.misses || b.event.number - a.event.number)
    .slice(0, MOST_MISSES)
    .sort((a, b) => a.event.number - b.event.number)
  if (near.length === 0) return [`no '${awaited.event}' event occurred`]
  return ['nearest events:', ...near.map(({ event }) => `  ${namedEventText(event)}`)]
}
