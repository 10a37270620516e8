/** Waits until everything is worked off, once nothing goes wrong any more. */
import { inspect } from 'node:util'
import { atCallSite, originOf, thrownFrom } from '../../client/call-site.js'
import { checkOptions } from '../../client/known-options.js'
import { EventLog, type QueueEvent } from '../../diagnosis/event-log.js'
import { timelineText } from '../../diagnosis/timeline.js'
import { usageError } from '../../errors.js'
import { visible } from '../../visible.js'
import type { TestQueue } from '../handles/test-queue.js'
import { MOVING_OPTIONS, type MovingOptions, type MovingPlace } from './moving.js'
import { queueNames } from './open-recording.js'
import { canMoveTime } from './time-steps.js'
import { track } from './track.js'

/** Options of `daemon.recovered()`. */
export interface RecoveredOptions extends MovingOptions {
  /** The queues that must be worked off, or their names. Default: those of the test, and all in which something happens meanwhile. */
  readonly queues?: readonly (string | TestQueue)[]
  /** Whether it is right that no condition has acted in the test. Default false: such a test shows nothing. */
  readonly optional?: boolean
}

/** The most lost items that an error lists. */
const MOST_TOLD = 3

/** See `daemon.recovered`. `heal` ends what goes wrong with queues, or with all. Returns why that shows nothing, or `undefined`. */
export async function recovered(
  place: MovingPlace,
  options: RecoveredOptions,
  heal: (queues: readonly string[] | undefined) => string | undefined,
): Promise<void> {
  const origin = originOf(recovered)
  const { queues, optional = false, ...moving } = options
  checkOptions('recovered', options, ['queues', 'optional', ...MOVING_OPTIONS])
  if (typeof optional !== 'boolean') throw usageError(`recovered: optional is true or false; got ${inspect(optional)}`)
  if (place.isUnclear && queues === undefined) {
    throw usageError('recovered: several tests run at the same time; name the queues of this one: { queues: [queue] }')
  }
  const names = queues === undefined ? undefined : queueNames('recovered', queues)
  // Throws if there is no such queue.
  for (const name of names ?? []) place.daemon.inspector.queue(name)
  const showsNothing = heal(names)
  // With real timers of the runner, the time passes by itself.
  const advance = canMoveTime(place.daemon, moving.timers)
  const all = { ...moving, advance, ...(queues === undefined ? {} : { queues }) }
  await track(place, () => undefined, all, { taker: 'recovered', meanwhile: 'recovered() waited' })
  const lost = lostItems(place, names)
  if (lost.length > 0) throw atCallSite(thrownFrom(usageError(lostText(place, lost)), origin))
  if (showsNothing !== undefined && !optional) throw atCallSite(thrownFrom(usageError(showsNothing), origin))
}

/** The last events of items that left these queues in the test without being completed, and are in no dead letter queue. Default: all queues. */
function lostItems({ daemon, test }: MovingPlace, queues: readonly string[] | undefined): QueueEvent[] {
  const { first, count } = daemon.record
  if (first > test.first) {
    throw usageError(
      `recovered: the daemon keeps ${count - first + 1} events and had more in this test, so nobody knows whether items were lost; raise the option events`,
    )
  }
  const ends = new Map<number, QueueEvent>()
  for (const event of new EventLog(daemon).since(test.first)) {
    if (event.item === undefined) continue
    const isEnd = event.kind === 'item-expired' || event.kind === 'attempts-exhausted'
    if (isEnd && queues?.includes(event.queue) !== false) ends.set(event.item, event)
    else ends.delete(event.item)
  }
  return [...ends.values()]
}

function lostText({ daemon }: MovingPlace, lost: readonly QueueEvent[]): string {
  const count = lost.length === 1 ? '1 item was' : `${lost.length} items were`
  const log = new EventLog(daemon)
  const shown = lost.slice(0, MOST_TOLD).flatMap(({ item = 0, reference }) => {
    return [`timeline of ${reference ? `'${reference}'` : `#${item}`}:`, ...timelineText(log.ofItem(item))]
  })
  const more = lost.length > MOST_TOLD ? [`and ${lost.length - MOST_TOLD} more`] : []
  const lines = [`everything is over, but ${count} lost, and never completed:`, ...shown, ...more]
  return lines.map(visible).join('\n')
}
