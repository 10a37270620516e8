/** The conditions of a daemon: what goes wrong now and then with the calls of code under test. */
import type { EventRecord } from '../../engine/events/record.js'
import type { LogicalQueue } from '../../engine/queue/logical-queue.js'
import type { Queues } from '../../engine/queue/queues.js'
import type { Item } from '../../engine/store/item.js'
import type { WireRequest } from '../../protocol/exchange.js'
import type { MethodName } from '../../protocol/methods.js'
import type { ConditionSide, FaultAct, FaultSpec } from '../faults/fault-spec.js'
import type { Faults } from '../faults/faults.js'
import type { OpenFault } from '../faults/open-fault.js'
import type { SeenCall } from '../faults/seen-call.js'
import { type ConditionSpec, conditionText } from './condition-spec.js'
import { Crowd } from './crowd.js'
import { nameWithoutNumber, QueueUnder } from './queue-under.js'

/** The parts of the daemon that conditions need. */
export interface ConditionSurroundings {
  readonly faults: Faults
  readonly record: EventRecord
  readonly queues: Queues
  during(cause: { readonly call: string }, work: () => void): void
}

type CrowdedSpec = ConditionSpec & { readonly name: 'crowded' }

/** How many items another consumer takes at most. */
const MOST_TAKEN = 3
const OF_ITEMS: readonly MethodName[] = ['queueProduce', 'queueLease', 'queueComplete', 'queueRetry']
const ACTS: Record<ConditionSpec['name'], { readonly act: FaultAct; readonly calls: readonly MethodName[] }> = {
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
  readonly #around: ConditionSurroundings
  readonly #specs: readonly ConditionSpec[]
  #faults: readonly OpenFault[] = []
  readonly #crowd: Crowd
  /** By the number of the queue, because names are used again. */
  readonly #queues = new Map<number, QueueUnder>()
  /** How many queues of the test have had a name, without its number. */
  readonly #names = new Map<string, number>()
  #isHealthy = false

  /** Begins. */
  constructor(around: ConditionSurroundings, specs: readonly ConditionSpec[], seed: string) {
    this.seed = seed
    this.#around = around
    this.#specs = specs
    this.#crowd = new Crowd(around)
    this.begin()
  }

  /** Puts them in force, again after they have ended. */
  begin(): void {
    this.#faults = this.#specs.map((spec) => this.#around.faults.add(this.#faultOf(spec)))
  }

  /** What they do, one line for each. */
  get texts(): readonly string[] {
    return this.#specs.map(conditionText)
  }

  /** How often they acted on calls of these queues after an event. Default: of all, and ever. */
  acted(names?: readonly string[], after = 0): number {
    return this.#specs.reduce((sum, spec) => sum + this.#actedOf(spec, names, after), 0)
  }

  /** What those do that did not act on calls of these queues after an event. Default: of all, and ever. */
  idle(names?: readonly string[], after = 0): string[] {
    return this.#specs.filter((spec) => this.#actedOf(spec, names, after) === 0).map(conditionText)
  }

  /** Other consumers give back what they hold. */
  giveBack(): void {
    this.#crowd.giveBack()
  }

  /** Makes queues healthy, so that nothing acts on their calls any more. Default: all. */
  heal(names?: readonly string[]): void {
    if (names === undefined) {
      this.#isHealthy = true
      for (const fault of this.#faults) fault.release()
    }
    for (const name of names ?? []) {
      const queue = this.#around.queues.find(name)
      if (queue !== undefined) this.#of(queue).isHealthy = true
    }
    this.giveBack()
  }

  /** A test begins. Its queues meet the same as if it ran alone. */
  beginTest(): void {
    this.#names.clear()
  }

  /** No test runs any more. Calls that they hold lose their connections, so that they do not land in the next test. */
  endTest(): void {
    for (const fault of this.#faults) fault.breakHeld()
    this.restart()
  }

  /** Puts them back to the start: no queue is healthy, nothing was acted on, and the choices are made anew. */
  restart(): void {
    this.#isHealthy = false
    this.#queues.clear()
    this.#names.clear()
    this.giveBack()
  }

  /** Ends them. */
  end(): void {
    for (const fault of this.#faults) fault.close()
    this.giveBack()
  }

  #faultOf(spec: ConditionSpec): FaultSpec {
    const { act } = ACTS[spec.name]
    const all = { call: undefined, queue: undefined, clientId: undefined, reference: undefined, nth: 1 }
    const always = { times: Number.POSITIVE_INFINITY, optional: true, origin: undefined }
    return { ...all, ...always, act, condition: this.#sideOf(spec) }
  }

  #sideOf(spec: ConditionSpec): ConditionSide {
    return {
      text: conditionText(spec),
      // They hold items until the next call, or for a turn of the event loop, so that a fast consumer meets the same each time.
      sees: ({ queue }) => queue && this.#crowd.giveBack(queue),
      isHealthy: (name) => this.#isHealthy || this.#find(name)?.isHealthy === true,
      chooses: (call) => this.#chooses(spec, call),
      spared: ({ queue }) => queue && this.#of(queue).spared(spec.name),
      meets: (item, { queue }) => spec.name !== 'at-least-once' || this.#comesAgain(item, queue, spec.times),
      delay: ({ queue }) => (spec.name === 'slow' && queue ? this.#of(queue).chance(spec).upTo(spec.upTo) : 0),
      crowd: (call, carryOut, spared) => {
        return spec.name === 'crowded' ? this.#crowded(spec, call, carryOut, spared) : carryOut()
      },
    }
  }

  #chooses(spec: ConditionSpec, { name, queue, request }: SeenCall): boolean {
    if (queue === undefined || this.#isHealthy || isOwn(spec, name, request.from)) return false
    if (!ACTS[spec.name].calls.includes(name)) return false
    if (spec.name === 'lossy' && !spec.calls.includes(name)) return false
    const under = this.#of(queue)
    if (under.isHealthy || !under.chance(spec).chooses()) return false
    under.acts(spec.name, this.#around.record.count)
    return true
  }

  #crowded(spec: CrowdedSpec, { name, queue }: SeenCall, carryOut: () => unknown, spared: () => void): unknown {
    if (queue === undefined) return carryOut()
    const chance = this.#of(queue).chance(spec)
    const call = name === 'queueProduce' ? 'produce' : 'lease'
    const turn = {
      queue,
      call,
      clientId: `crowd-${chance.upTo(spec.consumers)}`,
      most: chance.upTo(MOST_TAKEN),
    } as const
    return this.#crowd.first(turn, carryOut, spared)
  }

  /** Whether an item whose lease runs out is handed out again, and the code under test did not have it often enough yet. */
  #comesAgain(item: Item, queue: LogicalQueue | undefined, times: number): boolean {
    const maxAttempts = queue?.config.maxAttempts ?? 1
    const had = item.attempts - this.#crowd.leasesOf(item)
    return had < times && (maxAttempts === 0 || item.attempts < maxAttempts)
  }

  #actedOf({ name }: ConditionSpec, names: readonly string[] | undefined, after: number): number {
    const under = names === undefined ? [...this.#queues.values()] : names.flatMap((one) => this.#find(one) ?? [])
    return under.reduce((sum, queue) => sum + queue.acted(name, after), 0)
  }

  #find(name: string): QueueUnder | undefined {
    return this.#queues.get(this.#around.queues.find(name)?.address.queueId ?? 0)
  }

  #of({ config: { name }, address: { queueId } }: LogicalQueue): QueueUnder {
    const known = this.#queues.get(queueId)
    if (known !== undefined) return known
    const plain = nameWithoutNumber(name)
    const earlier = this.#names.get(plain) ?? 0
    this.#names.set(plain, earlier + 1)
    const made = new QueueUnder(this.seed, name, earlier)
    this.#queues.set(queueId, made)
    return made
  }
}

/** Whether a call is the test's own. What a test produces may go to other consumers first. */
function isOwn({ name }: ConditionSpec, call: MethodName, from: WireRequest['from']): boolean {
  if (from === 'queue') return name !== 'crowded' || call !== 'queueProduce'
  // Handlers are no client that could lose a reply.
  return from === 'handlers' && name === 'lossy'
}
