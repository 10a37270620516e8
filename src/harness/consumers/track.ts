/** Follows a worker of the application until everything is done. */
import { inspect } from 'node:util'
import { atCallSite, originOf, thrownFrom } from '../../client/call-site.js'
import { checkOptions } from '../../client/known-options.js'
import { givenMilliseconds } from '../../clock/given-duration.js'
import { type Instant, NEVER } from '../../clock/instant.js'
import { passedNow } from '../../clock/real-time.js'
import { lengthOf } from '../../diagnosis/lengths.js'
import { usageError } from '../../errors.js'
import type { TestQueue } from '../handles/test-queue.js'
import { Deadlines } from './deadlines.js'
import { InVain } from './in-vain.js'
import {
  checkGoesOn,
  MOVING_OPTIONS,
  type MovingOptions,
  type MovingPlace,
  movingLimits,
  restLimits,
  silenceLines,
} from './moving.js'
import { beginRecording, queueNames } from './open-recording.js'
import { Outstanding } from './outstanding.js'
import { queueNameIn, Recording } from './recording.js'
import { Rest } from './rest.js'
import type { TimeSteps } from './time-steps.js'
import { problemLines } from './track-problem.js'
import { type TrackContext, TrackedFunction } from './tracked-function.js'

/** Options of `daemon.track()`. */
export interface TrackOptions extends MovingOptions {
  /**
   * The queues to follow, or their names. Default: those of the test, and all in which something happens meanwhile. It rejects if one that
   * you name was lost in a crash.
   */
  readonly queues?: readonly (string | TestQueue)[]
  /**
   * Moves the clock from deadline to deadline whenever the consumers have nothing to do, until no item is leased or scheduled. Default
   * false, or true with `until`.
   */
  readonly advance?: boolean
  /** Moves the clock by this much in all, with everything that comes due on the way: milliseconds, or a duration such as `'2h'`. */
  readonly until?: number | string
  /** How long the function may take to end once its signal is aborted: milliseconds, or a duration. Default `'2s'`. */
  readonly stop?: number | string
}

/** What happened while a function was tracked. `daemon.track(fn)` resolves with one. */
export class Tracked<T = unknown> extends Recording<T | undefined> {
  /** How far the clock was moved, in milliseconds. */
  readonly moved: number

  /** @internal */
  constructor(recorded: ConstructorParameters<typeof Recording>[0], value: T | undefined, moved: number) {
    super(recorded, value)
    this.moved = moved
  }
}

const USUAL_STOP = 2000
/** How often the clock may be moved. */
const MOST_STEPS = 10_000

/** Who tracks, for errors. */
interface Tracker {
  readonly taker: string
  /** As in `the test ended while …`. */
  readonly meanwhile: string
}

const BY_TEST: Tracker = { taker: 'track', meanwhile: 'the function was tracked' }

/** See `daemon.track`. */
export async function track<T>(
  place: MovingPlace,
  fn: (context: TrackContext) => T | PromiseLike<T>,
  options: TrackOptions,
  by = BY_TEST,
): Promise<Tracked<T>> {
  const origin = originOf(track)
  checkOptions('track', options, ['queues', 'advance', 'until', 'stop', ...MOVING_OPTIONS])
  if (typeof fn !== 'function') {
    throw usageError(`track takes a function to run; got ${inspect(fn, { depth: 0 })}`)
  }
  const { stop } = options
  const longest = stop === undefined ? USUAL_STOP : givenMilliseconds('track: stop', stop)
  const tracking = new Tracking(place, options, by)
  const recording = beginRecording(place.daemon, options.queues === undefined ? {} : { queues: options.queues })
  const tracked = tracking.start(fn)
  try {
    const problem = await tracking.run()
    if (problem !== undefined) throw atCallSite(thrownFrom(usageError(problem.join('\n')), origin))
  } catch (error) {
    // What it does when it is stopped is not the reason.
    await tracked.stop(longest).catch(() => undefined)
    recording.drop()
    throw error
  }
  await tracked.stop(longest).catch((error: unknown) => {
    recording.drop()
    throw error
  })
  if (tracked.isPending) place.leave(tracked.end)
  const recorded = recording.taken()
  for (const name of recorded.only ?? []) queueNameIn(recorded, 'track', name)
  tracking.passed()
  return new Tracked(recorded, tracked.value, tracking.moved)
}

class Tracking {
  readonly #by: Tracker
  readonly #place: MovingPlace
  readonly #deadlines: Deadlines
  readonly #outstanding: Outstanding
  readonly #rest: Rest
  readonly #vain: InVain
  readonly #steps: TimeSteps | undefined
  readonly #within: number
  readonly #settle: number
  readonly #named: boolean
  readonly #from: Instant
  /** How far the clock is moved. Undefined: as far as items are due. */
  readonly #until: number | undefined
  readonly #began = passedNow()
  #tracked: TrackedFunction<unknown> | undefined
  #moves = 0

  constructor(place: MovingPlace, options: TrackOptions, by: Tracker) {
    const { taker } = by
    this.#by = by
    const { queues, until, advance = until !== undefined } = options
    const { within, settle } = restLimits(taker, place, options)
    if (typeof advance !== 'boolean') throw usageError(`track: advance is true or false; got ${inspect(advance)}`)
    if (place.isUnclear && queues === undefined) {
      throw usageError('track: several tests run at the same time; name the queues to follow: { queues: [queue] }')
    }
    if (!advance && options.timers !== undefined) throw usageError('track: timers needs advance or until')
    if (!advance && until !== undefined)
      throw usageError('track: until moves the clock; leave advance out, or set it to true')
    this.#place = place
    this.#named = queues !== undefined
    this.#deadlines = new Deadlines(place.daemon)
    this.#within = within
    this.#settle = settle
    this.#until = until === undefined ? undefined : givenMilliseconds('track: until', until)
    this.#steps = advance ? movingLimits(taker, place, options).steps : undefined
    this.#rest = new Rest(place, settle)
    this.#vain = new InVain(this.#rest)
    this.#outstanding = new Outstanding(
      place.daemon,
      place.test,
      queues === undefined ? undefined : queueNames(taker, queues),
    )
    this.#from = this.#steps?.now() ?? 0
  }

  start<T>(fn: (context: TrackContext) => T | PromiseLike<T>): TrackedFunction<T> {
    const tracked = new TrackedFunction(fn, this.#place.daemon.presence, () => this.#rest.bell.ring())
    this.#tracked = tracked
    return tracked
  }

  get moved(): number {
    return (this.#steps?.now() ?? 0) - this.#from
  }

  /** Resolves when nothing is outstanding. Returns the problem if that does not happen. */
  async run(): Promise<string[] | undefined> {
    for (;;) {
      const rested = await this.#rest.reached(
        () => this.#isLate(),
        () => this.#tracked?.isBusy === true,
      )
      this.#check()
      if (!rested) return this.#problem(`timed out after ${lengthOf(this.#within)}`)
      const { free, leased } = this.#outstanding.counts
      const next = free > 0 && !this.#followsRunner ? undefined : this.#nextStop(free + leased > 0)
      if (next !== undefined) {
        if (this.#moves++ === MOST_STEPS) return this.#problem(`gave up after moving the clock ${MOST_STEPS} times`)
        await this.#steps?.to(next)
        this.#vain.reset()
        continue
      }
      if (free + leased === 0 && !this.#place.daemon.presence.isDown) return this.#lost()
      if (await this.#vain.isSo()) return this.#problem('nothing can happen any more')
    }
  }

  /** Returns where to move the clock. Undefined if it is not to be moved. */
  #nextStop(isOutstanding: boolean): Instant | undefined {
    if (this.#steps === undefined) return undefined
    const now = this.#steps.now()
    const end = this.#until === undefined ? NEVER : this.#from + this.#until
    const mayHappen = isOutstanding || this.#until !== undefined || this.#outstanding.isDue
    // Timers of the code under test count too, if the daemon follows them.
    const next = mayHappen ? Math.max(now, this.#steps.next(this.#deadlines.next(this.#rest))) : NEVER
    if (next <= end) return next === NEVER ? undefined : next
    return now < end && end !== NEVER ? end : undefined
  }

  get #followsRunner(): boolean {
    return this.#place.daemon.clock.followsRunner
  }

  /** A queue that the test names must be there, as for `queue.drained()`. Others may be gone, as a test of a server that forgets shows. */
  #lost(): string[] | undefined {
    const lost = this.#named ? this.#outstanding.lostLines() : []
    return lost.length === 0 ? undefined : lost
  }

  /** Call when everything is done. */
  passed(): void {
    const { passed } = this.#place
    for (const name of this.#outstanding.withLosses) passed?.(this.#by.taker, name, this.#steps !== undefined)
  }

  #isLate(): boolean {
    this.#check()
    return passedNow() - this.#began >= this.#within
  }

  /** @throws what the function or a worker of the test threw */
  #check(): void {
    this.#tracked?.check()
    checkGoesOn(this.#place, this.#by.meanwhile)
  }

  #problem(why: string): string[] {
    const { moved } = this
    const lines = problemLines(why, {
      place: this.#place,
      outstanding: this.#outstanding,
      tracked: this.#tracked,
      moved,
    })
    return [...lines, ...(this.#steps === undefined ? [] : silenceLines(this.#rest.isCertain, this.#settle))]
  }
}
