/** A fault: which calls it takes, how often it acted, and what it holds. */
import { type Instant, NEVER } from '../../clock/instant.js'
import type { FaultSpec } from './fault-spec.js'
import { faultText } from './fault-text.js'
import { differenceOf, NearMisses } from './near-misses.js'
import type { SeenCall } from './seen-call.js'

/** A call that a fault holds. */
export interface Held {
  goOn(): void
  /** Breaks the connection. */
  break(): void
}

/**
 * A fault of a daemon.
 *
 * States:
 * - open: acts on calls that match, from the nth on
 * - spent: has acted as often as it should. It may still hold calls
 * - closed: acts on nothing, and holds nothing
 */
export class OpenFault {
  readonly spec: FaultSpec
  readonly misses = new NearMisses()
  readonly #ended: (fault: OpenFault) => void
  /** Its calls, and when the clock lets each go on. */
  readonly #held = new Map<Held, Instant>()
  #matched = 0
  #fired = 0
  #underWay = 0
  #isClosed = false

  /** `ended` is called once when it is closed. */
  constructor(spec: FaultSpec, ended: (fault: OpenFault) => void) {
    this.spec = spec
    this.#ended = ended
  }

  /** On how many calls it acted. */
  get fired(): number {
    return this.#fired
  }

  /** How many calls matched, whether it acted on them or not. */
  get matched(): number {
    return this.#matched
  }

  /** How many calls it holds. */
  get held(): number {
    return this.#held.size
  }

  /** When the clock lets the next of them go on, or `Infinity`. */
  get nextEnd(): Instant {
    return Math.min(NEVER, ...this.#held.values())
  }

  /** Whether it may still act, or holds a call. */
  get isOpen(): boolean {
    return !this.#isClosed && (!this.isSpent || this.#held.size > 0)
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Whether it has acted as often as it should, and none of these calls is under way. */
  get isOver(): boolean {
    return this.isSpent && this.#underWay === 0
  }

  /** Whether it has acted as often as it should. */
  get isSpent(): boolean {
    return this.#fired >= this.spec.times
  }

  /** Whether it still acts on a call that it took: it is not closed, and the queue is not healthy. */
  actsOn({ queueName }: SeenCall): boolean {
    return !this.#isClosed && this.spec.condition?.isHealthy(queueName) !== true
  }

  /** Decides whether it acts on a call. `unable` says why it could not change anything, or is `undefined`. */
  takes(call: SeenCall, unable: (fault: OpenFault, call: SeenCall) => string | undefined): boolean {
    const { condition } = this.spec
    condition?.sees(call)
    if (this.#isClosed || this.isSpent) return false
    const difference = differenceOf(this.spec, call)
    const text = difference.distance === 0 ? unable(this, call) : difference.text
    if (text !== undefined) {
      if (condition === undefined) this.misses.add(call, { distance: difference.distance, text })
      return false
    }
    if (condition?.chooses(call) === false) return false
    this.#matched++
    if (this.#matched < this.spec.nth) return false
    this.#fired++
    this.#underWay++
    return true
  }

  /** A call that it took is over. One that it did not change does not count, and `unchanged` says why. */
  settle(call: SeenCall, unchanged: string | undefined): void {
    this.#underWay--
    if (unchanged === undefined) return
    this.spec.condition?.spared(call)
    this.#matched--
    this.#fired--
    this.misses.add(call, { distance: 0, text: `not changed by it: ${unchanged}` })
  }

  /** Counts calls that an outage met. */
  met(calls: number): void {
    this.#matched += calls
    this.#fired += calls
  }

  /** Holds a call until the fault is closed, or the clock reaches `until`, as the caller sees to. Returns a function to forget it. */
  holds(call: Held, until: Instant): () => void {
    if (this.#isClosed) call.goOn()
    else this.#held.set(call, until)
    return () => this.#held.delete(call)
  }

  /** Lets the calls that it holds go on. */
  release(): void {
    for (const call of [...this.#held.keys()]) call.goOn()
  }

  /** Breaks the connections of the calls that it holds. Returns how many. */
  breakHeld(): number {
    const calls = [...this.#held.keys()]
    for (const call of calls) call.break()
    return calls.length
  }

  /** Ends the fault. Calls that it holds go on, or their connections break. */
  close(held: keyof Held = 'goOn'): void {
    if (this.#isClosed) return
    this.#isClosed = true
    const calls = [...this.#held.keys()]
    this.#held.clear()
    this.#ended(this)
    for (const call of calls) call[held]()
  }

  /** What it does, and to which calls. */
  get text(): string {
    return this.spec.condition?.text ?? faultText(this.spec)
  }
}
