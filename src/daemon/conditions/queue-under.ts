/** What conditions know of a queue. */
import { Chance } from './chance.js'
import type { ConditionName, ConditionSpec } from './condition-spec.js'

/** The number that the harness puts behind a name, so that each queue has another one. */
const NUMBER = /-\d+$/

/** A queue under conditions. Its choices depend on the seed and its name only, so that no test changes those of another. */
export class QueueUnder {
  /** Whether no condition acts on it any more. */
  isHealthy = false
  /** For each act of a condition, the number of the event before it. */
  readonly #acts = new Map<ConditionName, number[]>()
  readonly #key: string
  readonly #chances = new Map<string, Chance>()

  /** `earlier` is how many queues the test had before that differ by their number only. */
  constructor(seed: string, name: string, earlier: number) {
    this.#key = `${seed} ${nameWithoutNumber(name)} ${earlier}`
  }

  /** Returns what chooses the calls of a condition. */
  chance(spec: ConditionSpec): Chance {
    const known = this.#chances.get(spec.name)
    if (known !== undefined) return known
    const made = new Chance(`${this.#key} ${spec.name}`, 'oneIn' in spec ? spec.oneIn : 1)
    this.#chances.set(spec.name, made)
    return made
  }

  /** A condition acts. `before` is the number of the last event. */
  acts(name: ConditionName, before: number): void {
    const acts = this.#acts.get(name) ?? []
    acts.push(before)
    this.#acts.set(name, acts)
  }

  /** A condition did not change a call in the end. */
  spared(name: ConditionName): void {
    this.#acts.get(name)?.pop()
  }

  /** How often a condition acted on it after the event with this number. */
  acted(name: ConditionName, after: number): number {
    return (this.#acts.get(name) ?? []).filter((before) => before >= after).length
  }
}

/** A test that runs alone has other numbers behind the names of its queues. */
export function nameWithoutNumber(name: string): string {
  return name.replace(NUMBER, '')
}
