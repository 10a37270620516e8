/** Waits for an event of a queue, or until it is drained or idle. The error explains why that did not happen. */

import { atCallSite, originOf, thrownFrom } from '../../client/call-site.js'
import { checkOptions } from '../../client/known-options.js'
import { givenMilliseconds } from '../../clock/given-duration.js'
import { absenceLines } from '../../diagnosis/downtime.js'
import { EventLog, type QueueEvent } from '../../diagnosis/event-log.js'
import { explainQueue } from '../../diagnosis/explain.js'
import { existingTotals } from '../../diagnosis/gone-queue.js'
import { silentLines } from '../../diagnosis/silent-consumers.js'
import { usageError } from '../../errors.js'
import { visible } from '../../visible.js'
import { checkPattern, type EventPattern, ignoredBy, nearest, nth, PATTERN_FIELDS, wanted } from './awaited-event.js'
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
export interface AwaitedEvent extends EventPattern, WaitOptions {}

/** See `queue.waitFor`. */
export async function waitForEvent(place: WaitingPlace, awaited: AwaitedEvent): Promise<QueueEvent> {
  checkOptions('waitFor', awaited, [...PATTERN_FIELDS, 'within'])
  checkPattern('waitFor', awaited)
  const { daemon, queue } = place
  const log = new EventLog(daemon)
  const ignored = ignoredBy(awaited, daemon.record.count)
  // A call that is refused again would count up the event of before.
  if (awaited.since === 'now') daemon.record.fence()
  const found = () =>
    nth(
      log.ofQueue(queue).filter(({ number }) => number > ignored),
      awaited,
    )
  const patient = { ...place, awaitsRefusal: awaited.event === 'refused' }
  const event = await until(patient, awaited, found, () => [wanted(awaited), ...nearest(log.ofQueue(queue), awaited)])
  if (event.kind === 'item-lost' || event.kind === 'queue-lost') daemon.losses.know(queue)
  return event
}

/** Resolves when a queue of a daemon in this process is in a state. See `queue.drained` and `queue.idle`. */
export async function waitUntil(place: WaitingPlace, state: AwaitedState, options: WaitOptions): Promise<void> {
  checkOptions(state, options, ['within'])
  const isSo = () => {
    const totals = existingTotals(place.daemon, place.queue)
    // A daemon that is down may come up with what it kept.
    return (totals !== undefined && holds(state, totals)) || undefined
  }
  await until(place, options, isSo, () => [stateWish(state, place.queue)])
  place.passed?.(state, place.queue, state === 'drained')
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
  const state =
    daemon.inspector.totals(queue) === undefined
      ? absenceLines(daemon, queue)
      : [explainQueue(daemon, queue, test.first)]
  const [what = '', ...more] = wish()
  const silent = [...(place.endLines?.() ?? []), ...silentLines(daemon, test.first, [queue])]
  const error = usageError([visible(ended.gaveUp(what)), ...more, ...silent, ...state].join('\n'))
  throw atCallSite(thrownFrom(error, origin))
}
