/** The clock of a server elsewhere, over its control plane. */
import { inspect } from 'node:util'
import { checkOptions } from '../../client/known-options.js'
import { paced } from '../../clock/event-loop.js'
import { givenMilliseconds } from '../../clock/given-duration.js'
import type { Fired } from '../../engine/events/fired.js'
import { usageError } from '../../errors.js'
import type { ControlClient } from '../backing/control-client.js'
import type { AdvanceUntilOptions } from '../consumers/advance-until.js'
import { type AwaitedMoment, isThenable, type Until } from '../consumers/goal.js'
import { checkPattern, PATTERN_FIELDS } from '../waiting/awaited-event.js'
import type { ClockReading, ClockSide } from './clock-side.js'

interface Moved {
  readonly fired: readonly (Omit<Fired, 'time'> & { readonly time: string })[]
}

/** Moves a clock that others may move too. */
export class RemoteClock implements ClockSide {
  readonly #control: ControlClient
  readonly #patience: () => number
  /** How the clock was before this test daemon froze or resumed it. Undefined if it did not. */
  #before: boolean | undefined

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

  /** Undoes what this test daemon switched. */
  async restore(): Promise<void> {
    await this.#control.settled()
    const before = this.#before
    this.#before = undefined
    if (before !== undefined) await this.#control.post(before ? '/test/clock/freeze' : '/test/clock/resume')
  }

  async advance(duration: number | string): Promise<Fired[]> {
    const by = wholeMilliseconds('clock.advance', duration)
    return firedOf(await this.#control.post<Moved>('/test/clock/advance', { by }))
  }

  async advanceUntil(until: Until, options: AdvanceUntilOptions): Promise<Fired[]> {
    checkOptions('advanceUntil', options, ['limit', 'within', 'settle'])
    const moment = momentOf(until)
    const { queue, since, ...pattern } = moment
    const { limit, settle, within = this.#patience() } = options
    const fields = {
      ...pattern,
      queue: typeof queue === 'object' ? queue.name : queue,
      since: since === 'now' ? await this.#count() : since?.number,
      within: wholeMilliseconds('advanceUntil: within', within),
      ...(limit === undefined ? {} : { limit: wholeMilliseconds('advanceUntil: limit', limit) }),
      ...(settle === undefined ? {} : { settle: wholeMilliseconds('advanceUntil: settle', settle) }),
    }
    return firedOf(await this.#control.post<Moved>('/test/clock/advance-until', fields))
  }

  async #count(): Promise<number> {
    return (await this.#control.get<{ count: number }>('/test/events', { limit: 0 })).count
  }

  #switch(path: string, freezes: boolean): void {
    this.#control.begin(async ({ get, post }) => {
      const { frozen } = await get<ClockReading>('/test/clock')
      await post(path)
      if (frozen !== freezes) this.#before ??= frozen
    })
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
