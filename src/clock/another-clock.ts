/** A clock for the copy of a daemon. */
import { MovableClock } from './movable-clock.js'

/** Makes another clock that goes on from where a clock stands: still, running, or with the runner's. */
export function anotherClock(clock: MovableClock): MovableClock {
  if (clock.followsRunner) return new MovableClock('runner', undefined, clock.realm)
  return new MovableClock({ start: Math.ceil(clock.exact.now()), runs: !clock.frozen })
}
