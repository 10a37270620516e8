/** The clock of a server elsewhere, over its control plane. */
import { inspect } from 'node:util'
import { checkOptions } from '../../client/known-options.js'
import { paced } from '../../clock/event-loop.js'
import { givenMilliseconds } from '../../clock/given-duration.js'
import type { Fired } from '../../engine/events/fired.js'
import { usageError } from '../../errors.js'
import type { ControlClient } from '../backing/control-client.js'
import { LONGEST_REPLY } from '../backing/reply-limit.js'
import type { AdvanceUntilOptions } from '../consumers/advance-until.js'
import { type AwaitedMoment, isThenable, type Until } from '../consumers/goal.js'
import { checkPattern, PATTERN_FIELDS } from '../waiting/awaited-event.js'
import type { ClockReading, ClockSide } from './clock-side.js'

/** How much longer than a wait the server may take to reply, in milliseconds. */
const SLACK = 500

interface Moved {
  readonly fired: readonly (Omit<Fired, 'time'> & { readonly time: string })[]
}

/** Moves a clock that others may move too. */
export class RemoteClock implements ClockSide {
  readonly #control: ControlClient
  readonly #patience: () => number
  /** How the clock was before this test daemon changed it. Undefined if it did not. */
  #before: boolean | undefined
  #switched: boolean | undefined

  /** `patience` returns how long a wait may take, in milliseconds. */
  constructor(control: ControlClient, patience: () => number) {
    this.#control = control
    this.#patience = patience
  }

  now(): number {
    throw noSync('clock.now()', 'const { now } = await clock.read()')
  }

  get frozen(): boolean {
    throw noSync('clock.frozen', 'const { frozen } = await clock.read()')
  }

  read(): Promise<ClockReading> {
    const reading = this.#control.get<ClockReading>('/test/clock')
    return paced(reading.then(({ now, frozen }) => ({ now, frozen })))
  }

  freeze(): void {
    this.#switch('/test/clock/freeze', true)
  }

  resume(): void {
    this.#switch('/test/clock/resume', false)
  }

  /** Whether this test daemon froze the clock, or let it run. Undefined if it did neither. */
  get switched(): boolean | undefined {
    return this.#switched
  }

  /** Goes back to what this test daemon had switched, or to how the clock was before. Call it when what was begun is carried out. */
  async restore(to: boolean | undefined): Promise<void> {
    const now = this.#switched
    const wanted = to ?? this.#before
    this.#switched = to
    if (to === undefined) this.#before = undefined
    if (now === to || wanted === undefined || wanted === now) return
    await this.#control.own.post(wanted ? '/test/clock/freeze' : '/test/clock/resume')
  }

  async advance(duration: number | string): Promise<Fired[]> {
    const by = wholeMilliseconds('clock.advance', duration)
    // A move over many deadlines takes long.
    const longest = Math.max(LONGEST_REPLY, this.#patience())
    return firedOf(await this.#control.inOrder<Moved>('/test/clock/advance', { by }, longest))
  }

  async advanceUntil(until: Until, options: AdvanceUntilOptions): Promise<Fired[]> {
    checkOptions('advanceUntil', options, ['limit', 'within', 'settle'])
    const moment = momentOf(until)
    const { queue, since, ...pattern } = moment
    const { limit, settle } = options
    const within = wholeMilliseconds('advanceUntil: within', options.within ?? Math.ceil(this.#patience()))
    const fields = {
      ...pattern,
      queue: typeof queue === 'object' ? queue.name : queue,
      since: since === 'now' ? await this.#count(within + SLACK) : since?.number,
      within,
      ...(limit === undefined ? {} : { limit: wholeMilliseconds('advanceUntil: limit', limit) }),
      ...(settle === undefined ? {} : { settle: wholeMilliseconds('advanceUntil: settle', settle) }),
    }
    return firedOf(await this.#control.post<Moved>('/test/clock/advance-until', fields, within + SLACK))
  }

  async #count(longest: number): Promise<number> {
    return (await this.#control.get<{ count: number }>('/test/events', { limit: 0 }, longest)).count
  }

  #switch(path: string, freezes: boolean): void {
    this.#control.begin('', async ({ get, post }) => {
      const { frozen } = await get<ClockReading>('/test/clock')
      await post(path)
      if (frozen !== freezes) this.#before ??= frozen
    })
    this.#switched = freezes
  }
}

/** Returns the error of what cannot be read without waiting for the server. */
export function noSync(what: string, instead: string) {
  return usageError(`${what} cannot ask a server elsewhere, because it does not wait for an answer; write ${instead}`)
}

/** @throws QueratorError if it is no event, or one that another test may have made happen */
function momentOf(until: Until): AwaitedMoment {
  if (typeof until === 'function' || isThenable(until)) {
    throw usageError(
      `advanceUntil takes an event on a server elsewhere, such as { event: 'completed', queue }, because the server cannot check a function or a promise; got ${inspect(until, { depth: 0 })}`,
    )
  }
  const moment: AwaitedMoment = until
  checkOptions('advanceUntil', moment, [...PATTERN_FIELDS, 'queue'])
  checkPattern('advanceUntil', moment)
  if (moment.queue !== undefined || moment.since !== undefined) return moment
  throw usageError(
    "advanceUntil needs the queue of the event, or since: 'now', on a server elsewhere, because other tests use the server too; write { …, queue }",
  )
}

function wholeMilliseconds(what: string, given: number | string): number {
  const ms = givenMilliseconds(what, given)
  if (Number.isSafeInteger(ms)) return ms
  throw usageError(`${what} takes whole milliseconds; got ${String(given)}`)
}

function firedOf({ fired }: Moved): Fired[] {
  return fired.map((one) => ({ ...one, time: new Date(one.time) }))
}
