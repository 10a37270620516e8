/** The conditions of a daemon: what goes wrong now and then with the calls of code under test. */
import type { EventRecord } from '../../engine/events/record.js'
import type { LogicalQueue } from '../../engine/queue/logical-queue.js'
import type { Item } from '../../engine/store/item.js'
import type { MethodName } from '../../protocol/methods.js'
import type { ConditionSide, FaultAct, FaultSpec } from '../faults/fault-spec.js'
import type { Faults } from '../faults/faults.js'
import type { OpenFault } from '../faults/open-fault.js'
import type { SeenCall } from '../faults/seen-call.js'
import { Chance } from './chance.js'
import { type ConditionSpec, conditionText } from './condition-spec.js'
import { Crowd } from './crowd.js'

/** The parts of the daemon that conditions need. */
export interface ConditionSurroundings {
  readonly faults: Faults
  readonly record: EventRecord
  during(cause: { readonly call: string }, work: () => void): void
}

type CrowdedSpec = ConditionSpec & { readonly name: 'crowded' }

/** How many items another consumer takes at most. */
const MOST_TAKEN = 3
const OF_ITEMS: readonly MethodName[] = ['queueProduce', 'queueLease', 'queueComplete', 'queueRetry']
const OFTEN: Record<ConditionSpec['name'], { readonly act: FaultAct; readonly calls: readonly MethodName[] }> = {
  'at-least-once': { act: { kind: 'expire-lease' }, calls: ['queueComplete'] },
  lossy: { act: { kind: 'lose-reply' }, calls: OF_ITEMS },
  slow: { act: { kind: 'delay', ms: 0, when: 'before' }, calls: OF_ITEMS },
  crowded: { act: { kind: 'crowd' }, calls: ['queueLease', 'queueProduce'] },
}

/**
 * Conditions in force. They act on calls of code under test, and not on those that a test makes through its queue.
 *
 * States:
 * - in force: act on every queue that is not healthy
 * - ended: act on nothing
 */
export class Conditions {
  /** The same seed makes them act on the same calls. */
  readonly seed: string
  readonly #specs: readonly ConditionSpec[]
  readonly #faults: readonly OpenFault[]
  readonly #crowd: Crowd
  readonly #chances = new Map<string, Chance>()
  /** How often they acted, by queue. */
  readonly #acted = new Map<string, number>()
  readonly #healthy = new Set<string>()
  #isHealthy = false

  /** Begins. `chosenSeed` is undefined for a new one. */
  constructor({ faults, record, during }: ConditionSurroundings, specs: readonly ConditionSpec[], seed: string) {
    this.seed = seed
    this.#specs = specs
    this.#crowd = new Crowd(record, during)
    this.#faults = specs.map((spec) => faults.add(this.#faultOf(spec)))
  }

  /** What they do, one line for each. */
  get texts(): readonly string[] {
    return this.#specs.map(conditionText)
  }

  /** How often they acted on calls of these queues. Default: of all. */
  acted(queues?: readonly string[]): number {
    const counts = [...this.#acted].filter(([name]) => queues === undefined || queues.includes(name))
    return counts.reduce((sum, [, count]) => sum + count, 0)
  }

  /** Other consumers give back what they hold. */
  giveBack(): void {
    this.#crowd.giveBack()
  }

  /** Makes queues healthy, so that nothing acts on their calls any more. Default: all. */
  heal(queues?: readonly string[]): void {
    if (queues === undefined) this.#isHealthy = true
    for (const name of queues ?? []) this.#healthy.add(name)
    this.giveBack()
  }

  /** Lets them act on every queue again. */
  unheal(): void {
    this.#isHealthy = false
    this.#healthy.clear()
    this.giveBack()
  }

  /** Puts them back to the start: no queue is healthy, and the choices are made anew. */
  restart(): void {
    this.unheal()
    this.#chances.clear()
    this.#acted.clear()
  }

  /** Ends them. */
  end(): void {
    for (const fault of this.#faults) fault.close()
    this.giveBack()
  }

  #faultOf(spec: ConditionSpec): FaultSpec {
    const { act } = OFTEN[spec.name]
    const all = { call: undefined, queue: undefined, clientId: undefined, reference: undefined, nth: 1 }
    const always = { times: Number.POSITIVE_INFINITY, optional: true, origin: undefined }
    return { ...all, ...always, act, condition: this.#sideOf(spec) }
  }

  #sideOf(spec: ConditionSpec): ConditionSide {
    return {
      text: conditionText(spec),
      chooses: (call) => this.#chooses(spec, call),
      spared: ({ queueName }) => this.#count(queueName, -1),
      meets: (item, { queue }) => spec.name !== 'at-least-once' || comesAgain(item, queue, spec.times),
      delay: ({ queueName }) => (spec.name === 'slow' ? this.#chance(spec, queueName).upTo(spec.upTo) : 0),
      crowd: (call, carryOut) => (spec.name === 'crowded' ? this.#crowded(spec, call, carryOut) : carryOut()),
    }
  }

  #chooses(spec: ConditionSpec, { name, queueName, queue, request }: SeenCall): boolean {
    const isOwn = request.from === 'queue' || (request.from === 'handlers' && spec.name === 'lossy')
    if (isOwn || this.#isHealthy || this.#healthy.has(queueName) || queue === undefined) return false
    if (!OFTEN[spec.name].calls.includes(name)) return false
    if (spec.name === 'lossy' && !spec.calls.includes(name)) return false
    if (!this.#chance(spec, queueName).chooses()) return false
    this.#count(queueName, 1)
    return true
  }

  #count(queueName: string, more: number): void {
    this.#acted.set(queueName, (this.#acted.get(queueName) ?? 0) + more)
  }

  #crowded(spec: CrowdedSpec, { name, queue, queueName }: SeenCall, carryOut: () => unknown): unknown {
    if (queue === undefined) return carryOut()
    const chance = this.#chance(spec, queueName)
    const kind = name === 'queueProduce' ? 'produce' : 'lease'
    return this.#crowd.first(queue, kind, `crowd-${chance.upTo(spec.consumers)}`, chance.upTo(MOST_TAKEN), carryOut)
  }

  /** Each queue has its own, so that no test changes the choices of another. */
  #chance(spec: ConditionSpec, queueName: string): Chance {
    const key = `${spec.name} ${queueName}`
    const known = this.#chances.get(key)
    if (known !== undefined) return known
    const made = new Chance(`${this.seed} ${key}`, 'oneIn' in spec ? spec.oneIn : 1)
    this.#chances.set(key, made)
    return made
  }
}

/** Whether an item whose lease runs out is handed out again, and was not often enough yet. */
function comesAgain({ attempts }: Item, queue: LogicalQueue | undefined, times: number): boolean {
  const maxAttempts = queue?.config.maxAttempts ?? 1
  return attempts < times && (maxAttempts === 0 || attempts < maxAttempts)
}
