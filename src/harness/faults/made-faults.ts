/** The faults that tests made, and what is wrong with them when a test is over. */
import type { FaultSpec } from '../../daemon/faults/fault-spec.js'
import { messageOf, type QueratorError, usageError } from '../../errors.js'
import { isAround } from '../backing/spans.js'
import { Fault } from './fault.js'
import type { FaultSide, FaultState } from './fault-side.js'

/** A test from its beginning to its end. */
export interface FaultSpan {
  readonly outer: FaultSpan | undefined
  /** How many faults there were before it. */
  readonly before: number
  queues(): readonly string[]
}

/** What a test did with faults. */
export interface EndOfFaults {
  /** What is wrong with them, as an error. Undefined if nothing is. */
  readonly error: QueratorError | undefined
  /** What each of them did. */
  readonly stories: readonly string[]
}

/** The faults of a daemon, by the tests that made them. */
export class MadeFaults {
  /** In the order in which they were made. Undefined once a test has answered for it. */
  readonly #all: (Fault | undefined)[] = []
  readonly #running = new Set<FaultSpan>()

  /**
   * Makes a fault.
   *
   * @throws QueratorError if it can never act beside an earlier one, or if it names no queue while several tests run: it would meet the
   *   calls of all of them
   */
  make(spec: FaultSpec, begin: (spec: FaultSpec) => FaultSide): Fault {
    if (spec.queue === undefined && this.#areConcurrent()) {
      throw usageError(
        spec.act.kind === 'outage'
          ? 'outage: several tests run at the same time, and the outage would meet the calls of all of them; run this test by itself, or take one partition away: queue.partition(0).outage()'
          : 'fault: several tests run at the same time, and a fault without a queue would meet the calls of all of them; use queue.fault(), name a queue: fault({ queue }), or run this test by itself',
      )
    }
    const fault = new Fault(begin(spec))
    this.#all.push(fault)
    return fault
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
    const told = await Promise.all(this.#take(span).map(ended))
    const problems = told.map(({ problem }) => problem).filter((text) => text !== '')
    const stories = told.map(({ story }) => story).filter((text) => text !== '')
    return { error: problems.length === 0 ? undefined : usageError(problems.join('\n')), stories }
  }

  /** Closes the faults of these queues that are open, or all. */
  close(queues: readonly string[] | undefined): void {
    for (const fault of this.#all) {
      if (queues === undefined || queues.includes(fault?.queueName ?? '')) fault?.close()
    }
  }

  /** Closes all that are left, without looking at what they did. @throws the first that cannot be closed, after all of them */
  async endAll(): Promise<void> {
    const left = this.#all.filter((fault) => fault !== undefined)
    this.#all.fill(undefined)
    const ends = await Promise.allSettled(left.map(async (fault) => fault.end()))
    for (const one of ends) if (one.status === 'rejected') throw one.reason
  }

  #areConcurrent(): boolean {
    const running = [...this.#running]
    return running.some((one) => running.some((other) => !isAround(one, other) && !isAround(other, one)))
  }

  #take(span: FaultSpan): Fault[] {
    const own: Fault[] = []
    for (let number = span.before; number < this.#all.length; number++) {
      const fault = this.#all[number]
      if (fault === undefined || !this.#belongsTo(span, fault, number)) continue
      own.push(fault)
      this.#all[number] = undefined
    }
    return own
  }

  #belongsTo(span: FaultSpan, { queueName }: Fault, number: number): boolean {
    if (queueName !== undefined && span.queues().includes(queueName)) return true
    return ![...this.#running].some((other) => !isAround(other, span) && other.before <= number)
  }
}

/** Ends a fault, and says what is wrong with it and what it did. */
async function ended(fault: Fault): Promise<{ problem: string; story: string }> {
  let state: FaultState | undefined
  try {
    state = await fault.end()
  } catch (error) {
    return { problem: `a fault could not be closed: ${messageOf(error)}`, story: '' }
  }
  // What began the fault tells of the refusal.
  if (state === undefined) return { problem: '', story: '' }
  return { problem: fault.problem(state), story: fault.story(state) }
}
