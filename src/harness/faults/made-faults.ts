/** The faults and conditions that tests made, and what is wrong with them when a test is over. */
import type { FaultSpec } from '../../daemon/faults/fault-spec.js'
import { innermost, isAround } from '../../diagnosis/spans.js'
import { type QueratorError, usageError } from '../../errors.js'
import { Fault } from './fault.js'
import type { FaultSide } from './fault-side.js'

/** A test from its beginning to its end. */
export interface FaultSpan {
  readonly outer: FaultSpan | undefined
  /** How many faults there were before it. */
  readonly before: number
  queues(): readonly string[]
}

/** A fault, or conditions. */
export interface Made {
  /** The queue that it is about. Undefined for any. */
  readonly queueName: string | undefined
  /** Ends it with its test. Returns what is wrong with it, and what it did. Either may be empty. Never rejects. */
  endOfTest(): Promise<{ readonly problem: string; readonly story: string }>
  /** Ends it. */
  end(): unknown
  /** A healthy phase begins. */
  heal(): void
}

/** What a test did with faults. */
export interface EndOfFaults {
  /** What is wrong with them, as an error. Undefined if nothing is. */
  readonly error: QueratorError | undefined
  /** What each of them did. */
  readonly stories: readonly string[]
}

/** The faults and conditions of a daemon, by the tests that made them. */
export class MadeFaults {
  /** In the order in which they were made. Undefined once a test has answered for it. */
  readonly #all: (Made | undefined)[] = []
  readonly #running = new Set<FaultSpan>()

  /**
   * Makes a fault.
   *
   * @throws QueratorError if it can never act beside an earlier one, or if it names no queue while several tests run: it would meet the
   *   calls of all of them
   */
  make(spec: FaultSpec, begin: (spec: FaultSpec) => FaultSide): Fault {
    if (spec.queue === undefined && this.areConcurrent) {
      throw usageError(
        spec.act.kind === 'outage'
          ? 'outage: several tests run at the same time, and the outage would meet the calls of all of them; run this test by itself, or take one partition away: queue.partition(0).outage()'
          : 'fault: several tests run at the same time, and a fault without a queue would meet the calls of all of them; use queue.fault(), name a queue: fault({ queue }), or run this test by itself',
      )
    }
    return this.add(new Fault(begin(spec)))
  }

  /** Ends with the test that runs. */
  add<M extends Made>(made: M): M {
    this.#all.push(made)
    return made
  }

  /** Call it when a test begins. `outer` is the test that it is a part of, if any. */
  begin(queues: () => readonly string[], outer?: FaultSpan): FaultSpan {
    const span = { outer, before: this.#all.length, queues }
    this.#running.add(span)
    return span
  }

  /** Ends a test and closes its faults. Never rejects. */
  async end(span: FaultSpan): Promise<EndOfFaults> {
    this.#running.delete(span)
    const told = await Promise.all(this.#take(span).map((made) => made.endOfTest()))
    const problems = told.map(({ problem }) => problem).filter((text) => text !== '')
    const stories = told.map(({ story }) => story).filter((text) => text !== '')
    return { error: problems.length === 0 ? undefined : usageError(problems.join('\n')), stories }
  }

  /** A healthy phase begins: of these queues while several tests run, else of the running test. What was made outside of tests stays. */
  heal(queues: readonly string[] | undefined): void {
    const first = Math.min(...[...this.#running].map(({ before }) => before), this.#all.length)
    const isMeant = ({ queueName = '' }: Made) => !this.areConcurrent || queues?.includes(queueName)
    for (const made of this.#running.size === 0 ? this.#all : this.#all.slice(first)) {
      if (made !== undefined && isMeant(made)) made.heal()
    }
  }

  /** Closes all that are left, without looking at what they did. @throws the first that cannot be closed, after all of them */
  async endAll(): Promise<void> {
    const left = this.#all.filter((made) => made !== undefined)
    this.#all.fill(undefined)
    const ends = await Promise.allSettled(left.map(async (made) => made.end()))
    for (const one of ends) if (one.status === 'rejected') throw one.reason
  }

  /** Whether several tests run, none of which contains the other. */
  get areConcurrent(): boolean {
    return innermost(this.#running).length > 1
  }

  #take(span: FaultSpan): Made[] {
    const own: Made[] = []
    for (let number = span.before; number < this.#all.length; number++) {
      const made = this.#all[number]
      if (made === undefined || !this.#belongsTo(span, made, number)) continue
      own.push(made)
      this.#all[number] = undefined
    }
    return own
  }

  #belongsTo(span: FaultSpan, { queueName }: Made, number: number): boolean {
    if (queueName !== undefined && span.queues().includes(queueName)) return true
    return ![...this.#running].some((other) => !isAround(other, span) && other.before <= number)
  }
}
