/**
 * The real clock, timers and turns of the event loop, which a runner's fake timers cannot reach.
 *
 * Jest and Vitest replace globals, even before this file loads (Jest's `fakeTimers.enableGlobally`), but never `node:timers` and
 * `node:perf_hooks`. node:test replaces functions of `node:timers` too, so they are read when this file loads. `Date` is only a
 * global; a context of our own has one that nobody replaces. Real time comes from these alone, and only here.
 */
import { performance } from 'node:perf_hooks'
import * as timers from 'node:timers'
import { runInNewContext } from 'node:vm'
import { MachineTime } from './machine-time.js'
import { LONGEST_DELAY, type TimeSource } from './time-source.js'

const { clearTimeout, setImmediate, setTimeout } = timers

const dateNow: () => number = runInNewContext('Date.now')
const passedSinceOrigin = performance.now.bind(performance)

const MACHINE_TIME = new MachineTime({ date: dateNow, passed: passedSinceOrigin, origin: performance.timeOrigin })

/** Milliseconds since 1970 by the machine's clock, whole. */
export function realNow(): number {
  return dateNow()
}

/** Milliseconds that have passed since some moment; for measuring how long something takes. */
export function passedNow(): number {
  return passedSinceOrigin()
}

/**
 * Calls `wake` after `delay` milliseconds or earlier, and returns a function to cancel it. A delay that Node cannot hold is cut:
 * `wake` must look at the time and arm again. It keeps the process alive only when somebody awaits it, as `isAwaited` says.
 */
export function wakeAfter(delay: number, wake: () => void, isAwaited = false): () => void {
  const timer = setTimeout(wake, Math.min(Math.max(delay, 0), LONGEST_DELAY))
  if (!isAwaited) timer.unref()
  return () => clearTimeout(timer)
}

/** The machine's time, for a clock. */
export const REAL_TIME: TimeSource = {
  now: () => MACHINE_TIME.now(),
  wakeAfter,
  longestNap: 1000,
  era: undefined,
}

/** Resolves in the next turn of the event loop, when every promise that could settle by now has. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
