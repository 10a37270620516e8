/**
 * Waiting for a fact: for an event, or for a state of a queue. Whoever waits looks again after each event, so that the
 * wait is over when the fact is there, and a wait in vain says what there was instead.
 */
import { atCallSite, originOf } from '../client/call-site.js'
import { parseDuration } from '../clock/duration.js'
import { wakeAfter } from '../clock/real-time.js'
import type { Daemon, EventKind } from '../daemon/daemon.js'
import { type QueratorError, usageError } from '../errors.js'
import { explainQueue, goneError, lengthOf } from './diagnosis/explain.js'
import { EventLog, type QueueEvent } from './event-log.js'
import { checkOptions } from './known-options.js'

/** What every wait takes. */
export interface WaitOptions {
  /**
   * How long to wait by the machine's clock, whatever the daemon's does. Default: until shortly before the runner ends the
   * test; `'4s'` where no runner says when that is.
   */
  readonly within?: string
}

/** Where somebody waits. */
export interface WaitingPlace {
  readonly daemon: Daemon
  readonly queue: string
  /** How long to wait in vain, in milliseconds. */
  readonly patience: () => number
}

/** The event that is waited for: it has all that is said here. */
export interface AwaitedEvent extends WaitOptions {
  readonly event: EventKind
  readonly reference?: string
  readonly clientId?: string
  readonly attempts?: number
  /** Which of those events: 1, the default, is the first that the record knows of. */
  readonly times?: number
}

const EVENT_OPTIONS = ['event', 'reference', 'clientId', 'attempts', 'times', 'within']
/** So many events that were nearly the one are told. */
const MOST_MISSES = 5

/** See `queue.waitFor`. */
export async function waitForEvent(place: WaitingPlace, awaited: AwaitedEvent): Promise<QueueEvent> {
  checkOptions('waitFor', awaited, EVENT_OPTIONS)
  const { daemon, queue } = place
  const log = new EventLog(daemon)
  const { times = 1 } = awaited
  const found = () => log.ofQueue(queue).filter((event) => missesOf(event, awaited) === 0)[times - 1]
  return until(place, awaited, found, () => [wanted(awaited), ...nearest(log.ofQueue(queue), awaited)])
}

/** See `queue.drained`. */
export async function waitUntilDrained(place: WaitingPlace, options: WaitOptions): Promise<void> {
  checkOptions('drained', options, ['within'])
  const isSo = () => {
    const totals = totalsOf(place)
    return totals.leasable + totals.leased + totals.scheduled === 0 || undefined
  }
  await until(place, options, isSo, () => ['that nothing is left in the queue'])
}

/** See `queue.idle`. */
export async function waitUntilIdle(place: WaitingPlace, options: WaitOptions): Promise<void> {
  checkOptions('idle', options, ['within'])
  const isSo = () => {
    const totals = totalsOf(place)
    return totals.leasable + totals.leased === 0 || undefined
  }
  await until(place, options, isSo, () => ['that no item is free or leased'])
}

/** Resolves with what `look` finds, now or after an event. @throws QueratorError when it finds nothing in time */
function until<T>(
  { daemon, queue, patience }: WaitingPlace,
  { within }: WaitOptions,
  look: () => T | undefined,
  wish: () => string[],
): Promise<T> {
  const limit = within === undefined ? patience() : millisecondsOf(within)
  const { record } = daemon
  const origin = originOf(until)
  const vain = (howLong: string, state = '') => vainError(howLong, wish(), state, origin)
  return new Promise<T>((resolve, reject) => {
    const end = () => {
      stopWatching()
      stopWaiting()
    }
    const check = () => {
      try {
        const found = look()
        if (found === undefined && !record.ended) return
        end()
        if (found === undefined) reject(vain('until the daemon was closed'))
        else resolve(found)
      } catch (error) {
        end()
        reject(error)
      }
    }
    const stopWaiting = wakeAfter(limit, () => {
      end()
      const state = daemon.totals(queue) === undefined ? '' : explainQueue(daemon, queue)
      reject(vain(`for ${lengthOf(limit)}`, state))
    })
    const stopWatching = record.watch(check)
    check()
  })
}

/** @throws QueratorError when it is no duration */
function millisecondsOf(within: string): number {
  const { ns, problem } = parseDuration(within)
  if (ns === undefined) throw usageError(`within is no duration; ${problem}`)
  return Number(ns) / 1e6
}

function totalsOf({ daemon, queue }: WaitingPlace) {
  const totals = daemon.totals(queue)
  if (totals !== undefined) return totals
  if (new EventLog(daemon).ofQueue(queue).some((event) => event.kind === 'queue-deleted')) throw goneError(queue)
  // Says which there are.
  daemon.queueState(queue)
  throw goneError(queue)
}

/** The error of a wait, which points at the line that waits and not at the timer that ended it. */
function vainError(
  howLong: string,
  [wish = '', ...more]: string[],
  state: string,
  origin: { readonly stack?: string },
): QueratorError {
  const error = usageError(
    [`waited ${howLong}, in vain, ${wish}`, ...more, ...(state === '' ? [] : [state])].join('\n'),
  )
  const frames = (origin.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  error.stack = [`${error.name}: ${error.message}`, ...frames].join('\n')
  return atCallSite(error)
}

function wanted({ event, reference, clientId, attempts, times = 1 }: AwaitedEvent): string {
  const what = [
    reference === undefined ? '' : ` of '${reference}'`,
    clientId === undefined ? '' : ` by ${clientId}`,
    attempts === undefined ? '' : ` on attempt ${attempts}`,
    times === 1 ? '' : `, ${times} times`,
  ]
  return `for ${event}${what.join('')}`
}

/** In how many points an event is another than the one that is waited for. */
function missesOf(given: QueueEvent, { event, reference, clientId, attempts }: AwaitedEvent): number {
  const isOther = <T>(wanted: T | undefined, got: T | undefined) => Number(wanted !== undefined && wanted !== got)
  return (
    isOther(event, given.kind) +
    isOther(reference, given.reference) +
    isOther(clientId, given.clientId) +
    isOther(attempts, given.attempts)
  )
}

/** The events that come nearest to it, those of the same item or of the same kind. */
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
  if (near.length === 0) return [`there was no ${awaited.event} at all`]
  return ['nearest to it:', ...near.map(({ event }) => `  ${eventText(event)}`)]
}

function eventText({ kind, reference, item, clientId, attempts, callSite, call }: QueueEvent): string {
  const name = item === undefined ? '' : ` ${reference || 'an item'} (#${item})`
  const by = clientId === undefined ? '' : ` by ${clientId}`
  const attempt = attempts ? `, attempt ${attempts}` : ''
  return `${kind}${name}${by}${attempt}; ${call}${callSite === undefined ? '' : ` at ${callSite}`}`
}
