/**
 * All states that the model may be in. Where the contract allows several outcomes, a command leads to several worlds.
 * Worlds that do not match the daemon are dropped. If none is left, the daemon broke the contract.
 */
import { Ids } from './ids.js'
import { QueueModel } from './model.js'
import { Refused } from './model-requests.js'
import type { ModelPartition, ModelState } from './model-state.js'
import type { Choose, ModelEvent } from './model-time.js'

/** One state of the model, and how it arose. */
export interface World {
  readonly state: ModelState
  readonly ids: Ids
  /** The result of the last command: `ok`, or the error code and the constant part of its message. */
  readonly answer: string
  /** What happened during the last command, if it advanced the clock. */
  readonly events: readonly ModelEvent[]
}

/** A command on the model. `ids` translates the ids of the daemon. */
export type OnModel = (model: QueueModel, ids: Ids) => ModelResult | void

/** What the model returned, if more than success. */
export interface ModelResult {
  readonly answer?: string
  readonly events?: readonly ModelEvent[]
}

/** More worlds than this from one command mean that the search went wrong. */
const MOST_WORLDS = 20_000

/** All worlds that a command may lead to. */
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

/** An error as its code and the constant part of its message. */
export function refusalText({ code, message }: { code: number; message: string }): string {
  return `${code} ${message.split(/[;']/)[0]?.trim()}`
}

/** Merges worlds that can never be told apart. */
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

/** One sequence of decisions. {@link Way.next} returns the next sequence in order. */
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
