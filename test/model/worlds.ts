/**
 * All the states in which the model may be. Where the contract leaves something open, a command leads to several worlds;
 * those that do not look like the daemon are dropped, and when none is left the daemon did something that it may not do.
 */
import { Ids } from './ids.js'
import { QueueModel } from './model.js'
import { Refused } from './model-requests.js'
import type { ModelPartition, ModelState } from './model-state.js'
import type { Choose, ModelEvent } from './model-time.js'

/** One state of the model, and how it came about. */
export interface World {
  readonly state: ModelState
  readonly ids: Ids
  /** What the last command returned: `ok`, or the error's code and the constant part of its message. */
  readonly answer: string
  /** What the last command made happen, if it moved the clock. */
  readonly events: readonly ModelEvent[]
}

/** A command on the model; `ids` translates the daemon's ids. */
export type OnModel = (model: QueueModel, ids: Ids) => ModelResult | void

/** What the model returned, where it is more than success. */
export interface ModelResult {
  readonly answer?: string
  readonly events?: readonly ModelEvent[]
}

/** More than this many worlds from one command means that the search went wrong. */
const MOST_WORLDS = 20_000

/** Every world that a command may lead to. */
export function everyWay(world: World, command: OnModel): World[] {
  const worlds: World[] = []
  for (let way: Way | undefined = new Way([]); way !== undefined; way = way.next()) {
    const model = new QueueModel(structuredClone(world.state), way.choose)
    const ids = new Ids(world.ids)
    const { answer = 'ok', events = [] } = resultOf(() => command(model, ids))
    worlds.push({ state: model.state, ids, answer, events })
    if (worlds.length > MOST_WORLDS) throw new Error(`one command led to more than ${MOST_WORLDS} worlds`)
  }
  return worlds
}

function resultOf(command: () => ModelResult | void): ModelResult {
  try {
    return command() ?? {}
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return { answer: refusalText(error) }
  }
}

/** An error without the details of its message. */
export function refusalText({ code, message }: { code: number; message: string }): string {
  return `${code} ${message.split(/[;']/)[0]?.trim()}`
}

/** Worlds that differ in nothing that could ever show become one. */
export function distinct(worlds: readonly World[]): readonly World[] {
  if (worlds.length === 1) return worlds
  return [...new Map(worlds.map((world) => [fingerprint(world), world])).values()]
}

function fingerprint({ state, ids }: World): string {
  const text = JSON.stringify(state, (key, value) => {
    if (key === 'ids') return undefined
    if (key === 'order') return (value as ModelPartition[]).map(({ number }) => number)
    return value instanceof Set ? [...value].sort() : value
  })
  return ids.theirs(text)
}

/** One sequence of decisions; {@link Way.next} is the next one in order. */
class Way {
  readonly #given: readonly number[]
  readonly #made: { count: number; taken: number }[] = []

  constructor(given: readonly number[]) {
    this.#given = given
  }

  readonly choose: Choose = (count) => {
    if (count === 1) return 0
    const taken = this.#given[this.#made.length] ?? 0
    this.#made.push({ count, taken })
    return taken
  }

  next(): Way | undefined {
    const open = this.#made.findLastIndex(({ count, taken }) => taken + 1 < count)
    if (open === -1) return undefined
    const before = this.#made.slice(0, open).map(({ taken }) => taken)
    return new Way([...before, (this.#made[open]?.taken ?? 0) + 1])
  }
}
