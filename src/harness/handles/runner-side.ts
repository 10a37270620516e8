/** What runners use of a daemon: its tests, and what they leave behind. */
import { type Origin, originOf } from '../../client/call-site.js'
import type { FaultSpec } from '../../daemon/faults/fault-spec.js'
import { ObservedTests, type WaitingTest } from '../../diagnosis/observed-tests.js'
import type { TestOfRunner } from '../../diagnosis/test-of-runner.js'
import type { TimedTest } from '../../diagnosis/timed-test.js'
import { usageError } from '../../errors.js'
import type { Backing } from '../backing/backing.js'
import type { Begun } from '../backing/begun.js'
import { withQueueState } from '../consumers/failure-text.js'
import { joined } from '../consumers/handler-errors.js'
import type { MovingPlace } from '../consumers/moving.js'
import type { RunningWorker, RunWorkerOptions, StartWorker } from '../consumers/running-worker.js'
import { Workers } from '../consumers/workers.js'
import { RemoteDaemon } from '../elsewhere/remote-daemon.js'
import { RemoteFault } from '../elsewhere/remote-fault.js'
import type { Condition, UnderOptions } from '../faults/condition-options.js'
import { ACTS_ON, conditionStories, setConditions, type TestConditions } from '../faults/conditions-of-test.js'
import type { Fault } from '../faults/fault.js'
import { OwnFault } from '../faults/fault-side.js'
import { MadeFaults } from '../faults/made-faults.js'
import { Interceptions } from '../reach/interceptions.js'
import { LivesOfTests } from './lives-of-tests.js'
import { OpenChecks } from './open-checks.js'
import { PassedChecks } from './passed-checks.js'
import { Switches, type SwitchSpan } from './switches.js'
import { TestUsers } from './test-users.js'

/** The side of a daemon that runners see. */
export class RunnerSide {
  /** The checks of matchers that have not settled. */
  readonly checks: OpenChecks
  /** What tests switch, to restore it when they end. */
  readonly switches: Switches
  readonly workers: Workers
  /** The faults that tests make, to close them when they end. */
  readonly faults = new MadeFaults()
  readonly users: TestUsers
  /** Crashes and restarts, to undo them when tests end. */
  readonly lives: LivesOfTests
  /** Checks that passed after a crash. */
  readonly passed: PassedChecks
  readonly intercepted: Interceptions
  /** Whether the daemon is that of a runner's fixtures, which say when tests begin. */
  isOfFixtures = false
  /** What a server elsewhere with a control plane can do. Undefined on any other daemon. */
  readonly remote: RemoteDaemon | undefined
  /** What tests begin without an `await` on a server elsewhere. Undefined on any other daemon. */
  readonly begun: Begun | undefined
  readonly #backing: Backing
  readonly #tests = new ObservedTests()

  constructor(backing: Backing) {
    this.#backing = backing
    this.workers = new Workers(() => (backing.isEmbedded ? backing.embedded('observe').presence : undefined))
    const users = new TestUsers(backing)
    this.users = users
    this.intercepted = new Interceptions({ fetch: backing.fetch, listen: () => backing.listen({}) })
    const { control } = backing
    this.begun = control?.begun
    this.remote = control && new RemoteDaemon(control, () => this.waiting('').patience)
    this.checks = new OpenChecks(backing.unawaited)
    this.passed = new PassedChecks(backing, this.#tests)
    const [faults, tests] = [this.faults, this.#tests]
    this.lives = new LivesOfTests(backing, users, {
      get isAny() {
        return tests.running > 0
      },
      get areConcurrent() {
        return faults.areConcurrent
      },
    })
    this.switches = new Switches({
      daemon: backing.isEmbedded ? backing.embedded('observe') : undefined,
      intercepted: this.intercepted.active,
      remote: this.remote,
      workers: this.workers,
      users,
      lives: this.lives,
    })
    backing.beforeClose(async () => {
      const ends = await Promise.allSettled([this.faults.endAll(), this.remote?.restore()])
      for (const one of ends) if (one.status === 'rejected') throw one.reason
    })
  }

  /** Returns the same promise, and notes whether it is awaited. */
  readonly noted = <T>(call: string, queueName: string, answer: Promise<T>): Promise<T> => {
    const { unawaited } = this.#backing
    if (unawaited === undefined) return answer
    return unawaited.note({ call, queueName, origin: originOf(this.noted, unawaited.callSites) }, answer)
  }

  /** Whether the daemon has storages that last, which no other daemon can open meanwhile. */
  get lasts(): boolean {
    return this.#backing.isEmbedded && this.#backing.embedded('observe').keeping !== undefined
  }

  /** Resolves when the daemon has opened its storages, and rejects if it cannot. Undefined if it has begun. */
  get opening(): Promise<void> | undefined {
    if (!this.#backing.isEmbedded) return undefined
    const daemon = this.#backing.embedded('observe')
    return daemon.presence.notYet && daemon.opened()
  }

  /** Makes a fault. @throws QueratorError on a server elsewhere without a control plane, or if it could never act beside an earlier one */
  fault(spec: FaultSpec): Fault {
    const { remote } = this
    const what = spec.act.kind.endsWith('outage') ? 'outage' : 'fault'
    if (remote === undefined) {
      const { faults } = this.#backing.embedded(what)
      this.#backing.checkOpen()
      return this.faults.make(spec, (checked) => new OwnFault(faults.add(checked)))
    }
    this.#backing.checkOpen()
    this.#backing.elsewhere?.checkReach(spec.queue, what)
    return this.faults.make(spec, (checked) => new RemoteFault(remote.control, checked))
  }

  /** Sets conditions. @throws QueratorError on a server elsewhere, if one is wrong, or while several tests run at the same time */
  under(given: Condition | readonly Condition[], options: UnderOptions, origin: Origin): TestConditions {
    const { conditions } = this.#backing.embedded('under')
    this.#backing.checkOpen()
    if (this.isOfFixtures && this.#tests.running === 0) {
      throw usageError(
        'under sets conditions for the running test; call it in a test or in beforeEach, or set the option conditions for the whole file',
      )
    }
    if (this.faults.areConcurrent) {
      throw usageError(
        'under: several tests run at the same time, and the conditions would meet the calls of all of them; run this test by itself, or set the option conditions for the whole file',
      )
    }
    return this.faults.add(setConditions(conditions, given, options, origin))
  }

  /** A call of `daemon.recovered()` is over. */
  recovered(): void {
    // Without a runner, nobody says when the next test begins.
    if (!this.#tests.isUsed) this.#backing.embedded('recovered').conditions.restart()
  }

  /** Ends what goes wrong with queues, or with all. `first` is the first event of the test. Returns why that shows nothing, if the conditions did not act in the test. */
  heal(queues: readonly string[] | undefined, first: number): string | undefined {
    const { current } = this.#backing.embedded('recovered').conditions
    this.faults.heal(queues)
    if (current === undefined) return undefined
    const idle = current.idle(queues, first - 1)
    current.heal(queues)
    if (idle.length === 0) return undefined
    return `recovered: a condition did not act in this test before (${idle.join('; ')}), so it shows nothing; let your code make some calls first, for example with await queue.waitFor({ event: 'completed' }); ${ACTS_ON}; if this is right, set optional: true`
  }

  /** Says what the conditions did with the calls on these queues. */
  conditionStories(queues: readonly string[]): string[] {
    if (!this.#backing.isEmbedded) return []
    const { conditions } = this.#backing.embedded('observe')
    const { first } = this.waiting(queues[0] ?? '')
    // Those of under() tell by themselves.
    return conditionStories(conditions.usual, this.faults.areConcurrent ? queues : undefined, first - 1)
  }

  /** Stops the workers, and closes the daemon. @throws QueratorError if a worker failed, or does not end in time, or a storage could not write everything */
  async close(origin?: Origin): Promise<void> {
    const failure = this.workers.isEmpty ? undefined : await this.workers.stop()
    await this.lives.settled()
    const failed = failure === undefined ? [] : [failure]
    await this.#backing.close(origin).catch((error: Error) => failed.push(error))
    if (failed.length > 0) throw joined(failed, 'things')
  }

  /** Begins a test of a runner. On a server elsewhere, only its time can be observed. */
  observe(test: TestOfRunner, outer?: TimedTest): TimedTest {
    if (!this.#backing.isEmbedded) return this.#tests.beginElsewhere(test, outer)
    return this.#tests.begin(this.#backing.embedded('observe'), this.#backing.unawaited, test, outer)
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
      endLines: () => this.workers.endLines(this.#tests.asking(queueName)),
      passed: (check, queue, scheduled) => this.passed.add(check, queue, scheduled),
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
    return () => {
      const failure = this.workers.takeFailure(asking)
      if (failure === undefined || !this.#backing.isEmbedded) return failure
      return withQueueState(failure, this.#backing.embedded('observe'), queueName, this.waiting(queueName).first)
    }
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
