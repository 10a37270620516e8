/** Waits until consumers have nothing left to do and ask for items again. */
import { atCallSite, originOf, thrownFrom } from '../../client/call-site.js'
import { checkOptions } from '../../client/known-options.js'
import { passedNow } from '../../clock/real-time.js'
import type { Daemon } from '../../daemon/daemon.js'
import { downLines } from '../../diagnosis/downtime.js'
import { explainQueue } from '../../diagnosis/explain.js'
import { goneError } from '../../diagnosis/gone-queue.js'
import { lengthOf } from '../../diagnosis/lengths.js'
import { silentLines } from '../../diagnosis/silent-consumers.js'
import { usageError } from '../../errors.js'
import { visible } from '../../visible.js'
import { InVain } from './in-vain.js'
import { checkGoesOn, type MovingOptions, type MovingPlace, restLimits } from './moving.js'
import { openCallLines } from './outstanding.js'
import { Rest } from './rest.js'

/** Options of `daemon.quiet()` and `queue.quiet()`. */
export interface QuietOptions extends Pick<MovingOptions, 'within' | 'settle'> {
  /** How many leases must wait, at least. Default 1. 0 does not ask for any. */
  readonly waiting?: number
}

/** See `queue.quiet`. With `queue`, only its waiting leases count. */
export async function untilQuiet(place: MovingPlace, queue: string | undefined, options: QuietOptions): Promise<void> {
  const origin = originOf(untilQuiet)
  checkOptions('quiet', options, ['waiting', 'within', 'settle'])
  const wanted = wantedLeases(options)
  const { within, settle } = restLimits('quiet', place, options)
  const { daemon } = place
  const began = passedNow()
  const rest = new Rest(place, settle)
  const vain = new InVain(rest)
  const isLate = () => {
    checkGoesOn(place, 'waiting for its consumers to be quiet')
    return passedNow() - began >= within
  }
  for (;;) {
    const rested = await rest.reached(isLate)
    const waiting = waitingLeases(daemon, queue)
    if (rested && waiting >= wanted && !isHeld(daemon, queue)) return
    const isInVain = rested && (await vain.isSo())
    if (!rested || isInVain) {
      const after = isInVain ? Math.round(passedNow() - began) : within
      throw atCallSite(thrownFrom(tooLate(place, { queue, wanted, waiting, after, isInVain }), origin))
    }
  }
}

function wantedLeases({ waiting = 1 }: QuietOptions): number {
  if (Number.isInteger(waiting) && waiting >= 0) return waiting
  throw usageError(`quiet: waiting is how many leases must wait, 0 or more; got ${String(waiting)}`)
}

/** Whether leases wait only because their queue is paused. */
function isHeld({ inspector }: Daemon, queue: string | undefined): boolean {
  const names = queue === undefined ? inspector.queueNames() : [queue]
  return names.some((name) => inspector.waits(name) && (inspector.totals(name)?.leasable ?? 0) > 0)
}

function waitingLeases(daemon: Daemon, queue: string | undefined): number {
  const { inspector, presence } = daemon
  if (queue === undefined || !presence.isUp) return inspector.waitingLeases
  if (inspector.queueId(queue) === undefined) throw goneError(daemon, queue)
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

function tooLate({ daemon, test, endLines }: MovingPlace, { queue, wanted, waiting, after, isInVain }: Missed) {
  const where = queue === undefined ? '' : ` in '${queue}'`
  const leases = wanted === 1 ? 'a lease to wait' : `${wanted} leases to wait`
  const enough = waiting >= wanted ? ', and for nothing to move' : `; ${waiting} ${waiting === 1 ? 'waits' : 'wait'}`
  const head = isInVain
    ? `gave up after ${lengthOf(after)} waiting for ${leases}${where}${enough}: nothing can happen any more`
    : `timed out after ${lengthOf(after)} waiting for ${leases}${where}${enough}`
  const names = daemon.inspector.queueNames().filter((name) => queue === undefined || name === queue)
  const states = names.slice(0, 3).map((name) => explainQueue(daemon, name, test.first))
  const silent = [
    ...(endLines?.() ?? []),
    ...silentLines(daemon, test.first, queue === undefined ? undefined : [queue]),
  ]
  return usageError([visible(head), ...downLines(daemon), ...openCallLines(daemon), ...silent, ...states].join('\n'))
}
