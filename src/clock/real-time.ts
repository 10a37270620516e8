/**
 * The real clock, timers and turns of the event loop, out of the reach of a runner's fake timers.
 *
 * Fake timers replace globals. `node:timers` and `node:perf_hooks` are never replaced, also where the globals are
 * faked before this file loads (Jest's `fakeTimers.enableGlobally`), so only they are used here, and only here.
 */
import { performance } from 'node:perf_hooks'
import { clearTimeout, setImmediate, setTimeout } from 'node:timers'

/** The longest delay that a Node timer keeps, in milliseconds; longer ones fire at once. */
const LONGEST_DELAY = 0x7fffffff

/** When the process began, in milliseconds since 1970: what `performance.now()` counts from. */
const ORIGIN = performance.timeOrigin

/** Milliseconds since 1970 by the machine's clock, whole. */
export function realNow(): number {
  return Math.floor(ORIGIN + performance.now())
}

/** Milliseconds that have passed since some moment; for measuring how long something takes. */
export function passedNow(): number {
  return performance.now()
}

/**
 * Calls `wake` after `delay` milliseconds or earlier, and answers how to cancel it. Never keeps the process open.
 * A delay that Node cannot hold is cut: `wake` must look at the time and arm again.
 */
export function wakeAfter(delay: number, wake: () => void): () => void {
  const timer = setTimeout(wake, Math.min(Math.max(delay, 0), LONGEST_DELAY))
  timer.unref()
  return () => clearTimeout(timer)
}

/** Resolves in the next turn of the event loop, when every promise that could settle by now has. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
