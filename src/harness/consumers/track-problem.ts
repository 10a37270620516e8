/** Says why not everything is done, and why nobody goes on. */
import type { Daemon } from '../../daemon/daemon.js'
import { downLines } from '../../diagnosis/downtime.js'
import { dueLines } from '../../diagnosis/due.js'
import { lengthOf } from '../../diagnosis/lengths.js'
import { silentLines } from '../../diagnosis/silent-consumers.js'
import type { MovingPlace } from './moving.js'
import type { Outstanding } from './outstanding.js'
import { sleepingTimers } from './time-steps.js'
import type { TrackedFunction } from './tracked-function.js'

/** What is known when tracking gives up. */
interface GivenUp {
  readonly place: MovingPlace
  readonly outstanding: Outstanding
  readonly tracked: TrackedFunction<unknown> | undefined
  /** How far the clock was moved, in milliseconds. */
  readonly moved: number
}

/** Returns the lines of the error. `why` is the reason to give up. */
export function problemLines(why: string, { place, outstanding, tracked, moved }: GivenUp): string[] {
  const { daemon, test, endLines } = place
  const by = moved > 0 ? ` (the clock was moved by ${lengthOf(moved)})` : ''
  return [
    `${why}${by}, but not everything is done:`,
    ...(tracked?.isPending ? [pendingText(tracked.isBusy)] : []),
    ...downLines(daemon),
    ...outstanding.lostLines(),
    ...outstanding.lines(),
    ...hints(daemon, outstanding.counts.free),
    ...(endLines?.() ?? []),
    ...silentLines(daemon, test.first),
    ...dueLines(daemon, outstanding.queues),
  ]
}

/** Says why nobody goes on. */
function hints(daemon: Daemon, free: number): string[] {
  const sleeping = sleepingTimers(daemon)
  const isAlone = free > 0 && daemon.inspector.waitingLeases === 0
  return [
    ...(isAlone ? ['no consumer asks for the free items: start one, or see why it has ended'] : []),
    ...(sleeping > 0 ? [sleepingText(sleeping)] : []),
  ]
}

function sleepingText(count: number): string {
  const timers = count === 1 ? 'a fake timer of the runner waits' : `${count} fake timers of the runner wait`
  return `${timers}, so code that sleeps does not go on; set clock: 'runner' to move them with the clock`
}

function pendingText(isBusy: boolean): string {
  const advice =
    '; if it is a worker that goes on for ever, let it take the signal: track(({ signal }) => worker.run(signal))'
  return `the function has not returned${isBusy ? advice : ''}`
}
