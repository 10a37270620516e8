/** Calls that faults hold for a while. */
import type { Clock } from '../../clock/clock.js'
import { type Instant, NEVER } from '../../clock/instant.js'
import { wakeAfter } from '../../clock/real-time.js'
import { CLIENT_GONE, whenGone } from '../../protocol/exchange.js'
import type { OpenFault } from './open-fault.js'
import type { SeenCall } from './seen-call.js'

/** Waits, and then calls one of both, without a turn of the event loop: a call goes on at its deadline, before what is due later. */
export type Wait = (goOn: () => void, fail: (error: unknown) => void) => void

/** Says how long a call is held. */
export interface HoldTimer {
  /** When the daemon's clock lets it go on. `Infinity` if it does not. */
  readonly until: Instant
  /** Calls `wake` when it is over. Returns a function to cancel it. */
  start(wake: () => void): () => void
}

/** Holds for some milliseconds of the daemon's clock. */
export function clockTimer(clock: Clock, ms: number): HoldTimer {
  const until = clock.now() + ms
  const start = (wake: () => void) => {
    const timer = clock.setTimer(until, wake)
    return () => timer.cancel()
  }
  return { until, start }
}

/** Holds for some milliseconds of the machine's clock, because the daemon's may stand still. Somebody awaits the call. */
export function machineTimer(ms: number): HoldTimer {
  return { until: NEVER, start: (wake) => wakeAfter(ms, wake, true) }
}

const FOR_EVER: HoldTimer = { until: NEVER, start: () => () => undefined }

/** Waits until the fault lets the call go on, or the timer is over. With `endsWithClient`, fails when the client hangs up. */
export function held(fault: OpenFault, call: SeenCall, endsWithClient: boolean, timer: HoldTimer = FOR_EVER): Wait {
  return (goOn, fail) => {
    const ends: (() => void)[] = []
    const end = (settle: () => void) => () => {
      for (const one of ends) one()
      settle()
    }
    ends.push(timer.start(end(goOn)))
    const lose = () => {
      call.request.breaks = 'lost'
      fail(CLIENT_GONE)
    }
    ends.push(fault.holds({ goOn: end(goOn), break: end(lose) }, timer.until))
    const isGone = end(() => fail(CLIENT_GONE))
    if (endsWithClient) ends.push(whenGone(call.request, isGone))
  }
}
