/** Moves the clock from deadline to deadline until something is so. */
import { atCallSite, originOf, thrownFrom } from '../../client/call-site.js'
import { checkOptions } from '../../client/known-options.js'
import { givenMilliseconds } from '../../clock/given-duration.js'
import { NEVER } from '../../clock/instant.js'
import { passedNow } from '../../clock/real-time.js'
import type { Daemon } from '../../daemon/daemon.js'
import { dueLines } from '../../diagnosis/due.js'
import { lengthOf } from '../../diagnosis/lengths.js'
import type { Fired } from '../../engine/events/fired.js'
import { usageError } from '../../errors.js'
import { visible } from '../../visible.js'
import { Deadlines } from './deadlines.js'
import { type Goal, goalOf, type Until } from './goal.js'
import { LAST_WAIT, MOVING_OPTIONS, type MovingOptions, type MovingPlace, movingLimits } from './moving.js'
import { Rest } from './rest.js'
import type { TimeSteps } from './time-steps.js'

/** Options of `clock.advanceUntil()`. */
export interface AdvanceUntilOptions extends MovingOptions {
  /** How far to move at most: milliseconds, or a duration such as `'2h'`. Default `'24h'`. */
  readonly limit?: number | string
}

const USUAL_LIMIT = '24h'
/** See `clock.advanceUntil`. */
export async function advanceUntil(place: MovingPlace, until: Until, options: AdvanceUntilOptions): Promise<Fired[]> {
  const origin = originOf(advanceUntil)
  const move = new MoveUntil(place, until, options)
  const problem = await move.run()
  if (problem === undefined) return move.fired
  const { goal } = move
  const error = usageError(
    [visible(problem), ...goal.lines(), ...dueLines(place.daemon, place.daemon.inspector.queueNames())].join('\n'),
    goal.cause,
  )
  throw atCallSite(thrownFrom(error, origin))
}

class MoveUntil {
  readonly goal: Goal
  readonly fired: Fired[] = []
  readonly #place: MovingPlace
  readonly #daemon: Daemon
  readonly #deadlines: Deadlines
  readonly #rest: Rest
  readonly #steps: TimeSteps
  readonly #limit: number
  readonly #within: number
  readonly #began = passedNow()
  readonly #from: number

  constructor(place: MovingPlace, until: Until, options: AdvanceUntilOptions) {
    checkOptions('advanceUntil', options, ['limit', ...MOVING_OPTIONS])
    const { within, settle, steps } = movingLimits('advanceUntil', place, options)
    this.#limit = givenMilliseconds('advanceUntil: limit', options.limit ?? USUAL_LIMIT)
    this.#within = within
    this.#place = place
    this.#daemon = place.daemon
    this.#steps = steps
    this.#deadlines = new Deadlines(place.daemon)
    this.#rest = new Rest(place.daemon, place.test, settle)
    this.goal = goalOf(place.daemon, place.test, until, () => this.#rest.bell.ring())
    this.#from = steps.now()
  }

  /** Returns why it gave up. Undefined if the goal is met. */
  async run(): Promise<string | undefined> {
    for (;;) {
      const met = await this.#untilRest()
      if (met === true) return undefined
      if (this.#daemon.closed) return `the daemon was closed while waiting for ${this.goal.text}`
      if (met === 'late') return `timed out after ${lengthOf(this.#within)} waiting for ${this.goal.text}`
      const next = this.#steps.next(this.#deadlines.next(this.#rest))
      if (next === NEVER)
        return (await this.#lastWait()) ? undefined : `nothing is due, but still waiting for ${this.goal.text}`
      if (next > this.#from + this.#limit) {
        if (await this.goal.isMet()) return undefined
        return `moved the clock by ${lengthOf(this.#steps.now() - this.#from)}, and the next deadline is beyond the limit of ${lengthOf(this.#limit)}, but still waiting for ${this.goal.text}`
      }
      for (const one of await this.#steps.to(next)) this.fired.push(one)
    }
  }

  async #untilRest(): Promise<true | 'rest' | 'late'> {
    let end: true | 'late' | undefined
    const isOver = async () => {
      if (await this.goal.isMet()) end = true
      const failure = end === undefined ? this.#place.failure() : undefined
      if (failure !== undefined) throw failure
      if (end === undefined && (passedNow() - this.#began >= this.#within || this.#daemon.closed)) end = 'late'
      return end !== undefined
    }
    await this.#rest.reached(isOver)
    return end ?? 'rest'
  }

  /** Waits for what the daemon cannot see. Returns whether the goal is met then, or something comes due. */
  async #lastWait(): Promise<boolean> {
    const until = Math.min(passedNow() + LAST_WAIT, this.#began + this.#within)
    for (;;) {
      if (await this.goal.isMet()) return true
      if (passedNow() >= until) return false
      await this.#rest.bell.within(10, true)
    }
  }
}
