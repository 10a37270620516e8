/** Waits until consumers have nothing left to do and ask for items again. */
import { atCallSite, originOf, thrownFrom } from '../../client/call-site.js'
import { checkOptions } from '../../client/known-options.js'
import { passedNow } from '../../clock/real-time.js'
import type { Daemon } from '../../daemon/daemon.js'
import { explainQueue, goneError } from '../../diagnosis/explain.js'
import { lengthOf } from '../../diagnosis/lengths.js'
import { usageError } from '../../errors.js'
import { visible } from '../../visible.js'
import { LAST_WAIT, type MovingOptions, type MovingPlace, restLimits } from './moving.js'
import { Rest } from './rest.js'

/** Options of `daemon.quiet()` and `queue.quiet()`. */
export interface QuietOptions extends Pick<MovingOptions, 'within' | 'settle'> {
  /** How many leases must wait, at least. Default 1. 0 does not ask for any. */
  readonly waiting?: number
}

/** How long to wait before looking again, in milliseconds. */
const LOOK_AGAIN = 10

/** See `queue.quiet`. With `queue`, only its waiting leases count. */
export async function untilQuiet(place: MovingPlace, queue: string | undefined, options: QuietOptions): Promise<void> {
  const origin = originOf(untilQuiet)
  checkOptions('quiet', options, ['waiting', 'within', 'settle'])
  const wanted = wantedLeases(options)
  const { within, settle } = restLimits('quiet', place, options)
  const { daemon } = place
  const began = passedNow()
  const rest = new Rest(daemon, place.test, settle)
  const isLate = () => daemon.closed || passedNow() - began >= within
  let stillSince: number | undefined
  for (;;) {
    const rested = await rest.reached(isLate)
    const failure = place.failure()
    if (failure !== undefined) throw failure
    const waiting = waitingLeases(daemon, queue)
    if (rested && waiting >= wanted) return
    stillSince = rested && rest.isStill ? (stillSince ?? passedNow()) : undefined
    const isInVain = stillSince !== undefined && passedNow() - stillSince >= LAST_WAIT
    if (!rested || isInVain) {
      const after = isInVain ? Math.round(passedNow() - began) : within
      throw atCallSite(thrownFrom(tooLate(place, { queue, wanted, waiting, after, isInVain }), origin))
    }
    await rest.bell.within(LOOK_AGAIN, true)
  }
}

function wantedLeases({ waiting = 1 }: QuietOptions): number {
  if (Number.isInteger(waiting) && waiting >= 0) return waiting
  throw usageError(`quiet: waiting is how many leases must wait, 0 or more; got ${String(waiting)}`)
}

function waitingLeases({ inspector }: Daemon, queue: string | undefined): number {
  if (queue === undefined) return inspector.waitingLeases
  if (inspector.queueId(queue) === undefined) throw goneError(queue)
  return inspector.queue(queue).waitingCounts.lease
}

interface Missed {
  readonly queue: string | undefined
  readonly wanted: number
  readonly waiting: number
  /** In milliseconds. */
  readonly after: number
  readonly isInVain: boolean
}

function tooLate({ daemon, test }: MovingPlace, { queue, wanted, waiting, after, isInVain }: Missed) {
  if (daemon.closed) return usageError('the daemon was closed while waiting for its consumers to be quiet')
  const where = queue === undefined ? '' : ` in '${queue}'`
  const leases = wanted === 1 ? 'a lease to wait' : `${wanted} leases to wait`
  const enough = waiting >= wanted ? ', and for nothing to move' : `; ${waiting} ${waiting === 1 ? 'waits' : 'wait'}`
  const head = isInVain
    ? `gave up after ${lengthOf(after)} waiting for ${leases}${where}${enough}: nothing can happen any more`
    : `timed out after ${lengthOf(after)} waiting for ${leases}${where}${enough}`
  const { activity, inspector } = daemon
  const open = activity.open - inspector.waitingLeases
  const calls = open > 0 ? [`${open} ${open === 1 ? 'call has' : 'calls have'} no reply yet`] : []
  const names = queue === undefined ? inspector.queueNames() : [queue]
  const states = names.slice(0, 3).map((name) => explainQueue(daemon, name, test.first))
  return usageError([visible(head), ...calls, ...states].join('\n'))
}
