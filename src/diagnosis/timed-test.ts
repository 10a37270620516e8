/** A test of which only the time is known: on a server elsewhere nothing can be observed. */
import { passedNow } from '../clock/real-time.js'
import type { QueratorError } from '../errors.js'
import type { Span } from './spans.js'
import type { Resources } from './stillness.js'
import type { TestOfRunner, TestReport } from './test-of-runner.js'
import { speaksAfter } from './watchdog.js'

/** How long before the watchdog prints a wait ends, in milliseconds. */
const BEFORE_THE_WATCHDOG = 100

/** A test from its beginning to its end. There is nothing to report about it. */
export class TimedTest implements Span<TimedTest> {
  /** The number of its first event. */
  readonly first: number = 1
  /** What the runner itself keeps open in the process. */
  readonly usual: Resources | undefined = undefined
  readonly outer: TimedTest | undefined
  readonly #test: TestOfRunner
  readonly #ended: (test: TimedTest) => void
  readonly #began = passedNow()

  /** `ended` is called at the end of the test. `outer` is the test that it is a part of, if any. */
  constructor(test: TestOfRunner, ended: (test: TimedTest) => void, outer?: TimedTest) {
    this.#test = test
    this.outer = outer
    this.#ended = ended
  }

  /** Whether a call has no reply yet. */
  get somebodyWaits(): boolean {
    return false
  }

  /** The queues that were made for the test. */
  get queues(): readonly string[] {
    return this.#test.queues()
  }

  owns(queueName: string): boolean {
    return this.queues.includes(queueName)
  }

  /** How long a wait of this test may take from now on, in milliseconds. Undefined if its runner sets no limit. */
  get patience(): number | undefined {
    const { timeout, stuck } = this.#test
    const speaks = speaksAfter(timeout)
    // A runner that passes `stuck` has no limit of its own.
    if (speaks === undefined || stuck !== undefined) return undefined
    const passed = passedNow() - this.#began
    // A wait that begins late still gets half of the remaining time.
    return Math.max(speaks - BEFORE_THE_WATCHDOG - passed, (timeout - passed) / 2, 0)
  }

  /** Notes that another test runs at the same time, so that events in other queues may be that test's. */
  notAlone(): void {}

  /**
   * Call when the body of the test is over, and before its workers are stopped. If the daemon went down meanwhile, returns which consumers have not
   * come back: what `ended` says of workers, and who has made no call.
   */
  bodyOver(_ended: () => readonly string[]): readonly string[] {
    return []
  }

  /**
   * Returns an error that lists what the test left open. Call it once the test is over. Undefined if there is nothing. `upSince` is the number of
   * the last event before the daemon came up for the end of the test. What was leased after it does not count, nor what `workers` of these names
   * held when the daemon ended.
   */
  async leaks(_upSince?: number, _workers?: ReadonlySet<string>): Promise<QueratorError | undefined> {
    return undefined
  }

  /** Notes that the test failed by what it left open. */
  leaked(_error: QueratorError): void {}

  /** Returns the report of a test that failed with these errors, and with these in its workers. Undefined if nothing happened. */
  async report(_errors: readonly unknown[], _ofWorkers?: readonly unknown[]): Promise<TestReport | undefined> {
    return undefined
  }

  /** Notes that the test passed. With `onPage` it is added to the page of its file. */
  async passed(_onPage: boolean): Promise<void> {}

  /** Resolves when calls that waited in the queues of the test have their replies. */
  async settled(): Promise<void> {}

  /** Whether the test is over. */
  isOver = false

  /** Ends the test. */
  end(): void {
    this.isOver = true
    this.#ended(this)
  }
}
