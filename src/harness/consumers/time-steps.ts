/** Moves the time from deadline to deadline: that of the daemon, or the runner's fake timers, which a daemon with `clock: 'runner'` follows. */
import { inspect } from 'node:util'
import { type Instant, NEVER } from '../../clock/instant.js'
import type { Daemon } from '../../daemon/daemon.js'
import type { Fired } from '../../engine/events/fired.js'
import { usageError } from '../../errors.js'
import { firedSince } from './fired-since.js'

/** Moves the runner's timers by this many milliseconds, such as `(ms) => t.mock.timers.tick(ms)`. */
export type MoveTimers = (ms: number) => unknown

interface FakeTimer {
  /** When it fires, in milliseconds since 1970. */
  readonly callAt: number
}

/** The fake timers of Jest and Vitest, as `setTimeout` shows them. */
interface FakeTimers {
  readonly now: number
  /** By their ids: an object in older versions, a `Map` in newer ones. Undefined before the first timer. */
  readonly timers?: Readonly<Record<string, FakeTimer>> | ReadonlyMap<number, FakeTimer> | undefined
  tickAsync(ms: number): Promise<number>
}

/** The longest step with timers that cannot be read, in milliseconds. The timers of the code under test are at most this late. */
const LONGEST_BLIND_STEP = 1000

/** Moves the time of a test. */
export interface TimeSteps {
  now(): Instant
  /** The next time to stop at, or `Infinity`. `ofDaemon` is the daemon's next deadline that counts. */
  next(ofDaemon: Instant): Instant
  /** Moves to this time, which is not earlier than now. Returns what happened, in the order of the deadlines. */
  to(at: Instant): Promise<Fired[]>
}

/** Whether the time can be moved: not if `clock: 'runner'` follows real timers. */
export function canMoveTime({ clock }: Daemon, moveTimers: MoveTimers | undefined): boolean {
  return !clock.followsRunner || moveTimers !== undefined || (fakeTimers() !== undefined && 'clock' in globalThis.Date)
}

/** How many fake timers of the runner wait, for a daemon that does not follow them. */
export function sleepingTimers({ clock }: Daemon): number {
  const { timers = {} } = (clock.followsRunner ? undefined : fakeTimers()) ?? {}
  return isMap(timers) ? [...timers.values()].length : Object.keys(timers).length
}

/** Returns how to move the time of a daemon. @throws QueratorError if `clock: 'runner'` follows timers that cannot be moved */
export function timeSteps(daemon: Daemon, taker: string, moveTimers: MoveTimers | undefined): TimeSteps {
  const { clock } = daemon
  if (moveTimers !== undefined && typeof moveTimers !== 'function') {
    throw usageError(`${taker}: timers is a function that moves them; got ${inspect(moveTimers, { depth: 0 })}`)
  }
  if (!clock.followsRunner) {
    if (moveTimers !== undefined) {
      throw usageError(`${taker}: timers is for a daemon with clock: 'runner'; leave it out, or set clock: 'runner'`)
    }
    return daemonSteps(daemon)
  }
  if (moveTimers !== undefined) return blindSteps(daemon, moveTimers)
  const fake = fakeTimers()
  const isFakeDate = 'clock' in globalThis.Date
  if (fake === undefined) {
    const why = isFakeDate ? 'fakes Date, but not setTimeout' : 'has real timers'
    throw usageError(
      `${taker}: this daemon has clock: 'runner', and the runner ${why}; call vi.useFakeTimers() or jest.useFakeTimers() first, or with other fake timers pass { timers: (ms) => mock.timers.tick(ms) }`,
    )
  }
  if (!isFakeDate) {
    throw usageError(
      `${taker}: this daemon has clock: 'runner', and the runner fakes setTimeout, but not Date; fake both`,
    )
  }
  return fakeSteps(daemon, taker)
}

function daemonSteps({ clock, record }: Daemon): TimeSteps {
  return {
    now: () => clock.exact.now(),
    next: (ofDaemon) => ofDaemon,
    to: (at) => clock.move(Math.max(0, Math.ceil(at - clock.exact.now())), (fire) => record.collect(fire)),
  }
}

/** Steps of fake timers that can be read. The daemon's own timers are among them. */
function fakeSteps(daemon: Daemon, taker: string): TimeSteps {
  const timers = () => {
    const fake = fakeTimers()
    if (fake !== undefined) return fake
    throw usageError(`${taker}: the fake timers of the runner were removed meanwhile`)
  }
  return {
    now: () => timers().now,
    next: () => nextOf(timers()),
    to: async (at) => {
      const fake = timers()
      return firedIn(daemon, () => fake.tickAsync(Math.max(0, Math.ceil(at - fake.now))))
    },
  }
}

function nextOf({ now, timers = {} }: FakeTimers): Instant {
  const all: Iterable<FakeTimer> = isMap(timers) ? timers.values() : Object.values(timers)
  let next = NEVER
  // A version that does not say when is moved like timers that cannot be read.
  for (const { callAt = now + LONGEST_BLIND_STEP } of all) next = Math.min(next, callAt)
  return next
}

function isMap(timers: object): timers is ReadonlyMap<number, FakeTimer> {
  return typeof (timers as { readonly values?: unknown }).values === 'function'
}

function blindSteps(daemon: Daemon, move: MoveTimers): TimeSteps {
  const { clock } = daemon
  return {
    now: () => clock.now(),
    next: (ofDaemon) => Math.min(ofDaemon, clock.now() + LONGEST_BLIND_STEP),
    to: (at) => firedIn(daemon, () => move(Math.max(0, Math.ceil(at - clock.now())))),
  }
}

/** Returns what the record says has fired while `work` moved the timers of the runner. */
async function firedIn(daemon: Daemon, work: () => unknown): Promise<Fired[]> {
  const before = daemon.record.count
  await work()
  return firedSince(daemon, before + 1)
}

/** The fake timers of Jest and Vitest. Both put their clock on the functions that they replace. */
function fakeTimers(): FakeTimers | undefined {
  const { clock } = globalThis.setTimeout as unknown as { readonly clock?: FakeTimers }
  return typeof clock?.tickAsync === 'function' ? clock : undefined
}
