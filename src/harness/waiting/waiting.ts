/** Waits for an event of a queue, or until it is drained or idle. The error explains why that did not happen. */

import { atCallSite, originOf, thrownFrom } from '../../client/call-site.js'
import { checkOptions } from '../../client/known-options.js'
import { givenMilliseconds } from '../../clock/given-duration.js'
import { EventLog, type QueueEvent } from '../../diagnosis/event-log.js'
import { explainQueue, goneError } from '../../diagnosis/explain.js'
import { namedEventText } from '../../diagnosis/timeline.js'
import { EVENT_KINDS, type EventKind } from '../../engine/events/event-kinds.js'
import { usageError } from '../../errors.js'
import { nearestOf } from '../../nearest.js'
import { visible } from '../../visible.js'
import { type AwaitedState, holds, stateWish } from './state.js'
import { vigil, type WaitingPlace } from './vigil.js'

/** Options of every wait: `queue.waitFor()`, `queue.drained()` and `queue.idle()`. */
export interface WaitOptions {
  /**
   * How long to wait, by the machine's clock: milliseconds, or a duration such as `'2s'`. Default: until shortly before the runner
   * ends the test, or `'4s'` without a runner. A wait ends sooner if nothing can happen any more.
   */
  readonly within?: number | string
}

/** The event that `queue.waitFor()` waits for. An event must match every field that you give. */
export interface AwaitedEvent extends WaitOptions {
  /** The kind of event. */
  readonly event: EventKind
  /** The reference of the item. Default: any. */
  readonly reference?: string
  /** The consumer that leases the item, or held it. Default: any. */
  readonly clientId?: string
  /** How often the item had been leased. Default: any number. */
  readonly attempts?: number
  /** Which of the matching events to wait for, counted from the creation of the queue. Default 1: the first. */
  readonly times?: number
}

const EVENT_OPTIONS = ['event', 'reference', 'clientId', 'attempts', 'times', 'within']
/** The most nearest events that are listed. */
const MOST_MISSES = 5

/** See `queue.waitFor`. */
export async function waitForEvent(place: WaitingPlace, awaited: AwaitedEvent): Promise<QueueEvent> {
  checkOptions('waitFor', awaited, EVENT_OPTIONS)
  checkKind(awaited.event)
  const { daemon, queue } = place
  const log = new EventLog(daemon)
  const found = () => nth(log.ofQueue(queue), awaited)
  const patient = { ...place, awaitsRefusal: awaited.event === 'refused' }
  return until(patient, awaited, found, () => [wanted(awaited), ...nearest(log.ofQueue(queue), awaited)])
}

/** Resolves when a queue of a daemon in this process is in a state. See `queue.drained` and `queue.idle`. */
export async function waitUntil(place: WaitingPlace, state: AwaitedState, options: WaitOptions): Promise<void> {
  checkOptions(state, options, ['within'])
  const isSo = () => holds(state, totalsOf(place)) || undefined
  await until(place, options, isSo, () => [stateWish(state, place.queue)])
}

/** Resolves with what `look` returns, now or after an event. @throws QueratorError if it returns nothing in time */
async function until<T>(
  place: WaitingPlace,
  { within }: WaitOptions,
  look: () => T | undefined,
  wish: () => string[],
): Promise<T> {
  const origin = originOf(until)
  const limit = within === undefined ? place.test.patience : givenMilliseconds('within', within)
  const ended = await vigil(place, limit, look)
  if ('found' in ended) return ended.found
  const { daemon, queue, test } = place
  const state = daemon.inspector.totals(queue) === undefined ? [] : [explainQueue(daemon, queue, test.first)]
  const [what = '', ...more] = wish()
  const error = usageError([visible(ended.gaveUp(what)), ...more, ...state].join('\n'))
  throw atCallSite(thrownFrom(error, origin))
}

/** @throws QueratorError if the kind is unknown. The message has the nearest kind. */
function checkKind(event: unknown): void {
  if (EVENT_KINDS.some((kind) => kind === event)) return
  const nearest = typeof event === 'string' ? nearestOf(event, EVENT_KINDS) : undefined
  const hint = nearest === undefined ? '; it knows:' : `; did you mean '${nearest}'? It knows:`
  throw usageError(`waitFor knows no event '${String(event)}'${hint} ${EVENT_KINDS.join(', ')}`)
}

function totalsOf({ daemon, queue }: WaitingPlace) {
  const totals = daemon.inspector.totals(queue)
  if (totals !== undefined) return totals
  if (new EventLog(daemon).ofQueue(queue).some((event) => event.kind === 'queue-deleted')) throw goneError(queue)
  // Throws an error that lists the existing queues.
  daemon.inspector.queueState(queue)
  throw goneError(queue)
}

/** The words for each event, after "waiting for an item". Default: `to be` and the kind. */
const WORDS: Partial<Record<EventKind, string>> = {
  'item-due': 'to come due',
  'lease-expired': 'to lose its lease',
  'item-expired': 'to expire',
  'attempts-exhausted': 'to run out of attempts',
  'lease-waiting': 'to wait',
  'lease-timed-out': 'to time out',
}

/** Returns a text such as `'order-1' to be completed`. */
function wanted({ event, reference, clientId, attempts, times = 1 }: AwaitedEvent): string {
  const subject = reference === undefined ? subjectOf(event) : `'${reference}'`
  const words = WORDS[event] ?? `to be ${event.replace(/^(queue|lease)-/, '')}`
  const by = clientId === undefined ? '' : ` by ${clientId}`
  const attempt = attempts === undefined ? '' : ` on attempt ${attempts}`
  return `${subject} ${words}${by}${attempt}${times === 1 ? '' : `, ${times} times`}`
}

function subjectOf(event: EventKind): string {
  if (event === 'refused') return 'a call'
  if (event.startsWith('queue-')) return 'the queue'
  return event !== 'lease-expired' && event.startsWith('lease-') ? 'a lease' : 'an item'
}

/** Returns the event that makes the count complete. One `refused` event may stand for many calls. */
function nth(events: readonly QueueEvent[], awaited: AwaitedEvent): QueueEvent | undefined {
  let left = awaited.times ?? 1
  return events.find((event) => {
    if (missesOf(event, awaited) === 0) left -= event.times ?? 1
    return left <= 0
  })
}

/** Returns in how many fields an event differs from the awaited one. */
function missesOf(given: QueueEvent, { event, reference, clientId, attempts }: AwaitedEvent): number {
  const isOther = <T>(wanted: T | undefined, got: T | undefined) => Number(wanted !== undefined && wanted !== got)
  return (
    isOther(event, given.kind) +
    isOther(reference, given.reference) +
    isOther(clientId, given.clientId) +
    isOther(attempts, given.attempts)
  )
}

/** Lists the nearest events: those of the same item or of the same kind, fewest differences first. */
function nearest(events: readonly QueueEvent[], awaited: AwaitedEvent): string[] {
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
