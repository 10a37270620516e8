/**
 * The real clock, timers and turns of the event loop, out of reach of a runner's fake timers.
 *
 * Jest and Vitest replace globals, even before this file loads (Jest's `fakeTimers.enableGlobally`), but never `node:timers` and
 * `node:perf_hooks`. node:test also replaces functions of `node:timers`, so they are read when this file loads. `Date` is only a
 * global, so if it is replaced it is taken from a separate context. No other file reads the real time.
 */
import { performance } from 'node:perf_hooks'
import * as timers from 'node:timers'
import { MachineTime } from './machine-time.js'
import { LONGEST_DELAY, type TimeSource } from './time-source.js'

const { clearTimeout, setImmediate, setTimeout } = timers

const dateNow = realDateNow()
const passedSinceOrigin = performance.now.bind(performance)

const MACHINE_TIME = new MachineTime({ date: dateNow, passed: passedSinceOrigin, origin: performance.timeOrigin })

/** Returns `Date.now` as V8 made it. Making a context takes a millisecond, so it is not done without need. */
function realDateNow(): () => number {
  const { now } = Date
  // No function of JavaScript has this text, and neither has a bound one.
  const isNative = Function.prototype.toString.call(now) === 'function now() { [native code] }'
  return isNative ? now : process.getBuiltinModule('node:vm').runInNewContext('Date.now')
}

/** Returns the machine's time in whole milliseconds since 1970. */
export function realNow(): number {
  return dateNow()
}

/** Returns the milliseconds since an arbitrary start, for measuring how long something takes. */
export function passedNow(): number {
  return passedSinceOrigin()
}

/**
 * Calls `wake` after `delay` milliseconds or earlier, and returns a function to cancel it. A delay that is too long for Node is
 * shortened, so `wake` must check the time and set a new timer. It keeps the process alive only if `isAwaited` is true.
 */
export function wakeAfter(delay: number, wake: () => void, isAwaited = false): () => void {
  const ms = Math.min(Math.max(delay, 0), LONGEST_DELAY)
  if (isAwaited) return awaitedTimer(ms, wake)
  const timer = setTimeout(wake, ms)
  timer.unref()
  return () => clearTimeout(timer)
}

let awaited = 0

/** How many timers of this module keep the process alive. Whoever looks for those of the code under test leaves them out. */
export function awaitedTimers(): number {
  return awaited
}

function awaitedTimer(ms: number, wake: () => void): () => void {
  let isOpen = true
  const end = () => {
    if (isOpen) awaited--
    isOpen = false
  }
  const timer = setTimeout(() => {
    end()
    wake()
  }, ms)
  awaited++
  return () => {
    end()
    clearTimeout(timer)
  }
}

/** The machine's time as the source of a clock. */
export const REAL_TIME: TimeSource = {
  now: () => MACHINE_TIME.now(),
  wakeAfter,
  longestNap: 1000,
  era: undefined,
}

/** Resolves in the next turn of the event loop, after every promise that can settle now. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
