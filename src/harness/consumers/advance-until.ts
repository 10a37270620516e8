/** Moves the clock from deadline to deadline until something is so. */
import { atCallSite, originOf, thrownFrom } from '../../client/call-site.js'
import { checkOptions } from '../../client/known-options.js'
import { givenMilliseconds } from '../../clock/given-duration.js'
import { NEVER } from '../../clock/instant.js'
import { passedNow } from '../../clock/real-time.js'
import type { Daemon } from '../../daemon/daemon.js'
import { downLines } from '../../diagnosis/downtime.js'
import { dueLines } from '../../diagnosis/due.js'
import { lengthOf } from '../../diagnosis/lengths.js'
import { silentLines } from '../../diagnosis/silent-consumers.js'
import type { Fired } from '../../engine/events/fired.js'
import { usageError } from '../../errors.js'
import { visible } from '../../visible.js'
import { Deadlines } from './deadlines.js'
import { type Goal, goalOf, type Until } from './goal.js'
import { InVain } from './in-vain.js'
import {
  checkGoesOn,
  MOVING_OPTIONS,
  type MovingOptions,
  type MovingPlace,
  movingLimits,
  silenceLines,
} from './moving.js'
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
    [
      visible(problem),
      ...downLines(place.daemon),
      ...goal.lines(),
      ...(place.endLines?.() ?? []),
      ...silentLines(place.daemon, place.test.first),
      ...pausedLines(place.daemon),
      ...dueLines(place.daemon, place.daemon.inspector.queueNames()),
      ...move.silenceLines(),
    ].join('\n'),
    goal.cause,
  )
  throw atCallSite(thrownFrom(error, origin))
}

class MoveUntil {
  readonly goal: Goal
  readonly fired: Fired[] = []
  readonly #place: MovingPlace
  readonly #deadlines: Deadlines
  readonly #rest: Rest
  readonly #vain: InVain
  readonly #steps: TimeSteps
  readonly #limit: number
  readonly #within: number
  readonly #settle: number
  readonly #began = passedNow()
  readonly #from: number

  constructor(place: MovingPlace, until: Until, options: AdvanceUntilOptions) {
    checkOptions('advanceUntil', options, ['limit', ...MOVING_OPTIONS])
    const { within, settle, steps } = movingLimits('advanceUntil', place, options)
    this.#limit = givenMilliseconds('advanceUntil: limit', options.limit ?? USUAL_LIMIT)
    this.#within = within
    this.#settle = settle
    this.#place = place
    this.#steps = steps
    this.#deadlines = new Deadlines(place.daemon)
    this.#rest = new Rest(place, settle)
    this.#vain = new InVain(this.#rest)
    this.goal = goalOf(place, until, () => this.#rest.bell.ring())
    this.#from = steps.now()
  }

  /** Says why each step took long, if so. */
  silenceLines(): string[] {
    return silenceLines(this.#rest.isCertain, this.#settle)
  }

  /** Returns why it gave up. Undefined if the goal is met. */
  async run(): Promise<string | undefined> {
    for (;;) {
      const met = await this.#untilRest()
      if (met === true) return undefined
      if (met === 'late') return `timed out after ${lengthOf(this.#within)} waiting for ${this.goal.text}`
      const next = this.#steps.next(this.#deadlines.next(this.#rest, this.goal.countsLeases))
      if (next === NEVER) {
        if (await this.#vain.isSo()) return `${this.#nothingDue()}, but still waiting for ${this.goal.text}`
        continue
      }
      this.#vain.reset()
      if (next > this.#from + this.#limit) {
        if (await this.goal.isMet()) return undefined
        return `moved the clock by ${lengthOf(this.#steps.now() - this.#from)}, and the next deadline is beyond the limit of ${lengthOf(this.#limit)}, but still waiting for ${this.goal.text}`
      }
      for (const one of await this.#steps.to(next)) this.fired.push(one)
    }
  }

  #nothingDue(): string {
    const { waitingLeases } = this.#place.daemon.inspector
    return waitingLeases > 0 ? 'nothing is due except leases that get nothing' : 'nothing is due'
  }

  async #untilRest(): Promise<true | 'rest' | 'late'> {
    let end: true | 'late' | undefined
    const isOver = async () => {
      if (await this.goal.isMet()) end = true
      if (end === undefined) checkGoesOn(this.#place, `waiting for ${this.goal.text}`)
      if (end === undefined && passedNow() - this.#began >= this.#within) end = 'late'
      return end !== undefined
    }
    await this.#rest.reached(isOver)
    return end ?? 'rest'
  }
}

function pausedLines({ inspector }: Daemon): string[] {
  return inspector
    .pausedQueues()
    .map(({ queue }) => visible(`'${queue}' is paused: daemon.resume('${queue}') lets calls in`))
}
