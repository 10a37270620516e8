/** What runners use of a daemon: its tests, and what they leave behind. */
import { ObservedTests, type WaitingTest } from '../../diagnosis/observed-tests.js'
import type { TestOfRunner } from '../../diagnosis/test-of-runner.js'
import type { TimedTest } from '../../diagnosis/timed-test.js'
import { usageError } from '../../errors.js'
import type { Backing } from '../backing/backing.js'
import type { MovingPlace } from '../consumers/moving.js'
import { type RunningWorker, type RunWorkerOptions, type StartWorker, Workers } from '../consumers/workers.js'
import { OpenChecks } from './open-checks.js'
import { Switches, type SwitchSpan } from './switches.js'
import type { TestUsers } from './test-users.js'

/** The side of a daemon that runners see. */
export class RunnerSide {
  /** The checks of matchers that have not settled. */
  readonly checks: OpenChecks
  /** What tests switch, to restore it when they end. */
  readonly switches: Switches
  readonly workers = new Workers()
  readonly #backing: Backing
  readonly #tests = new ObservedTests()

  /** `intercepted` has a function for each active interception that undoes it. */
  constructor(backing: Backing, users: TestUsers, intercepted: Set<() => void>) {
    this.#backing = backing
    this.checks = new OpenChecks(backing.unawaited)
    this.switches = new Switches({
      daemon: backing.isEmbedded ? backing.embedded('observe') : undefined,
      intercepted,
      workers: this.workers,
      get doorClosed() {
        return users.doorClosed
      },
      openDoor: () => users.openDoor(),
    })
  }

  /** Begins a test of a runner. On a server elsewhere, only its time can be observed. */
  observe(test: TestOfRunner): TimedTest {
    if (!this.#backing.isEmbedded) return this.#tests.beginElsewhere(test)
    return this.#tests.begin(this.#backing.embedded('observe'), this.#backing.unawaited, test)
  }

  /** Returns the test that waits for something in a queue. */
  waiting(queueName: string): WaitingTest {
    return this.#tests.waiting(queueName)
  }

  /** Returns what waits and moves work on. @throws QueratorError on a server elsewhere */
  place(what: string, queueName = ''): MovingPlace {
    return {
      daemon: this.#backing.embedded(what),
      test: this.waiting(queueName),
      handlers: this.workers.handlers,
      failure: this.failure(queueName),
      leave: (end) => this.workers.leave(end),
      ...this.#testOf(queueName),
    }
  }

  #testOf(queueName: string): Pick<MovingPlace, 'isOver' | 'isUnclear'> {
    const asking = this.#tests.asking(queueName)
    return { isOver: () => asking?.isOver === true, isUnclear: asking === undefined && this.#tests.running > 1 }
  }

  /** Returns a function that returns the failure of a worker of the test that asks, once. */
  failure(queueName = ''): () => Error | undefined {
    const asking = this.#tests.asking(queueName)
    return () => this.workers.takeFailure(asking)
  }

  /** Starts a worker of the running test. With a queue, of the test that has it. @throws QueratorError if the daemon is closed */
  runWorker(start: StartWorker, options: RunWorkerOptions, queueName = ''): RunningWorker {
    this.#backing.checkOpen()
    if (queueName === '' && this.#tests.asking('') === undefined && this.#tests.running > 1) {
      throw usageError(
        'runWorker: several tests run at the same time, and it is not clear which of them the worker belongs to; name one of its queues: runWorker(start, { queue })',
      )
    }
    const starter = { owner: this.#tests.asking(queueName), isObserved: this.#tests.isUsed }
    return this.workers.start(start, options, starter)
  }

  /** Stops the workers of a test. Returns the error if any failed. */
  stopWorkers(span: SwitchSpan, test: TimedTest): Promise<Error | undefined> {
    // What it did not await must not move the clock of the next one.
    test.isOver = true
    return this.switches.stopWorkers(span, test)
  }

  /** The tests of the file are over. */
  endFile(): void {
    this.#tests.endFile()
  }

  /**
   * Stops workers and stops listening when the tests of the file are over, so that clients that still run find no port.
   * @throws QueratorError if a worker failed, or does not end in time
   */
  async retire(): Promise<void> {
    this.endFile()
    const failure = await this.workers.stop()
    if (this.#backing.isEmbedded) await this.#backing.embedded('observe').stopListening()
    if (failure !== undefined) throw failure
  }
}
