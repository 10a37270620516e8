/** How long a daemon is down, by its clock. */
import { checkMove, givenMilliseconds } from '../../clock/given-duration.js'
import type { MovableClock } from '../../clock/movable-clock.js'
import { usageError } from '../../errors.js'

/** Returns the milliseconds of a downtime. @throws QueratorError if it is no duration in whole milliseconds, or the clock cannot move by it */
export function downtimeOf(clock: MovableClock, after: number | string): number {
  const ms = givenMilliseconds('restart: after', after)
  if (!Number.isSafeInteger(ms)) throw usageError(`restart: after is in whole milliseconds; got ${String(after)}`)
  if (ms > 0 && clock.followsRunner) {
    throw usageError(
      "restart: after moves the daemon's clock, and clock: 'runner' goes with the runner's; call daemon.crash(), move the fake timers, and then call restart() without after",
    )
  }
  checkMove(clock.now(), ms)
  return ms
}
