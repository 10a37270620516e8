/** What everything that moves the clock while consumers work has in common: its place, its options, its limits. */
import { givenMilliseconds } from '../../clock/given-duration.js'
import type { Daemon } from '../../daemon/daemon.js'
import { lengthOf } from '../../diagnosis/lengths.js'
import type { WaitingTest } from '../../diagnosis/observed-tests.js'
import { usageError } from '../../errors.js'
import type { RunningHandlers } from './running-handlers.js'
import { type MoveTimers, timeSteps } from './time-steps.js'

/** Options of everything that moves the clock while consumers work. */
export interface MovingOptions {
  /**
   * How long it may take, by the machine's clock: milliseconds, or a duration such as `'2s'`. Default: until shortly before the runner
   * ends the test, or `'4s'` without a runner.
   */
  readonly within?: number | string
  /**
   * How long nothing must happen before the clock moves on, by the machine's clock, where the daemon cannot know that everybody is done: a
   * consumer in another process, or a process with timers or sockets of its own. While a consumer holds an item and has not asked for another one,
   * it must be four times as long. Default `'250ms'`.
   */
  readonly settle?: number | string
  /**
   * Moves the timers that a daemon with `clock: 'runner'` follows. Needed only with `mock.timers` of node:test:
   * `(ms) => mock.timers.tick(ms)`. Timers of your code may then run up to a second late. Default: finds the fake timers of Jest and Vitest.
   */
  readonly timers?: MoveTimers
}

/** The names of the options of {@link MovingOptions}. */
export const MOVING_OPTIONS = ['within', 'settle', 'timers']

/** What a move works on. */
export interface MovingPlace {
  readonly daemon: Daemon
  readonly test: WaitingTest
  /** The handlers of drain and work that run. */
  readonly handlers: RunningHandlers
  /** Returns the failure of a worker of the test, once. */
  failure(): Error | undefined
  /** Whether the test that asked is over. */
  isOver(): boolean
  /** Whether several tests run at the same time, and it is not clear which of them asks. */
  readonly isUnclear: boolean
  /** Says which workers of the test have ended without a failure. */
  endLines?(): string[]
  /** Notes that a check passed which asks whether a queue is done. `scheduled`: it would have failed on a scheduled item. */
  passed?(check: string, queue: string, scheduled: boolean): void
  /** Reports the failure of a function that nobody awaits any more. */
  leave(end: Promise<unknown>): void
}

const USUAL_SETTLE = 250

/** @throws the failure of a worker; QueratorError if the test that asked, or its daemon, is over. The message says what was awaited */
export function checkGoesOn({ daemon, failure, isOver }: MovingPlace, what: string): void {
  const failed = failure()
  if (failed !== undefined) throw failed
  if (daemon.closed) throw usageError(`the daemon was closed while ${what}`)
  if (isOver()) throw usageError(`the test ended while ${what}; await it`)
}

/** Says why each step took a silence. Empty if it was certain that there was nothing left to do. */
export function silenceLines(isCertain: boolean, settle: number): string[] {
  if (isCertain) return []
  return [
    `each step waits until nothing has happened for ${lengthOf(settle)}, because the process has timers or sockets of its own, or others may call a port of the daemon; see the option settle`,
  ]
}

/** Returns how long to wait and how long a silence lasts, in milliseconds. @throws QueratorError if an option is no duration */
export function restLimits(taker: string, { test }: Pick<MovingPlace, 'test'>, { within, settle }: MovingOptions) {
  return {
    within: within === undefined ? test.patience : givenMilliseconds(`${taker}: within`, within),
    settle: settle === undefined ? USUAL_SETTLE : givenMilliseconds(`${taker}: settle`, settle),
  }
}

/** Returns the same, and how to move the time. @throws QueratorError if an option is wrong, or the time cannot be moved */
export function movingLimits(taker: string, place: MovingPlace, options: MovingOptions) {
  return { ...restLimits(taker, place, options), steps: timeSteps(place.daemon, taker, options.timers) }
}
