/**
 * Runners without fixtures: the same names as values of the file. `daemon`, `client` and `clock` belong to the test
 * file, `queue` and `createQueue` to the test that is running.
 */
import {
  openTestDaemon,
  type QueratorClient,
  type QueueOptions,
  type TestClock,
  type TestDaemon,
  type TestQueue,
} from '../index.js'
import { paced, usageError } from '../internal.js'
import { type FixtureOptions, splitOptions } from './fixture-options.js'
import type { CreateQueue, SetLeaks } from './queues-of-test.js'
import { type RunningTest, RunningTests } from './running-tests.js'
import { standIn } from './stand-in.js'

/** The values that a runner's entry exports. */
export interface FileFixtures {
  readonly daemon: TestDaemon
  readonly client: QueratorClient
  readonly clock: TestClock
  readonly queue: TestQueue
  readonly createQueue: CreateQueue
  readonly configureDaemon: (options: FixtureOptions) => void
  readonly leaks: SetLeaks
}

/** What returns a promise, and rejects where there is nothing to call. */
const DAEMON_CALLS = ['createQueue', 'createUser', 'closeDoor', 'fetch', 'listen', 'close']
const QUEUE_CALLS = [
  'produce',
  'lease',
  'items',
  'scheduled',
  'counts',
  'waitFor',
  'drained',
  'idle',
  'snapshot',
  'clear',
  'delete',
]

/**
 * A worker that outlives its test and catches everything may ask for `queue.name` in a loop without an `await`, which
 * nothing could end. After this many errors it gets a queue that does not exist, whose calls reject.
 */
const MOST_REFUSED = 1000
const NO_QUEUE = 'queue-of-a-test-that-is-over'

/** The daemon of one test file, started when it is first used, and what the file sees of it. */
export class FileDaemon {
  readonly tests: RunningTests
  readonly fixtures: FileFixtures
  #options: FixtureOptions
  #refused = 0
  #daemon: TestDaemon | undefined

  /** `advice` as in {@link RunningTests}; `options`: those of the whole run. */
  constructor(advice: string, options: FixtureOptions = {}) {
    this.#options = { callSites: true, ...options }
    const open = () => this.#open()
    this.tests = new RunningTests(open, () => this.#split().leaks, advice)
    this.fixtures = {
      daemon: standIn(open, DAEMON_CALLS),
      client: standIn(() => open().client),
      clock: standIn(() => open().clock, ['advance']),
      queue: standIn(() => this.#queueOfRunningTest(), QUEUE_CALLS),
      // Outside of a test, in beforeAll for example, a queue lasts as long as the file.
      createQueue: (options) => paced(this.#createQueue(options)),
      configureDaemon: (options) => this.#configure(options),
      leaks: (mode) => this.#ofRunningTest('leaks').queues.leaks(mode),
    }
  }

  /** The tests of the file are over. */
  async retire(): Promise<void> {
    await this.#daemon?.retire()
  }

  /** Whether the daemon is a server elsewhere. */
  get attached(): boolean {
    return Boolean(this.#options.endpoint ?? process.env.QUERATOR_ENDPOINT)
  }

  #split(): ReturnType<typeof splitOptions> {
    return splitOptions(this.#options, 'configureDaemon')
  }

  #open(): TestDaemon {
    this.#daemon ??= openTestDaemon(this.#split().daemonOptions)
    return this.#daemon
  }

  async #createQueue(options?: QueueOptions): Promise<TestQueue> {
    return this.tests.current()?.queues.create(options) ?? this.#open().createQueue(options)
  }

  #queueOfRunningTest(): TestQueue {
    try {
      const { queue } = this.#ofRunningTest('queue')
      this.#refused = 0
      return queue
    } catch (error) {
      this.#refused++
      if (this.#refused <= MOST_REFUSED) throw error
      return this.#open().queue(NO_QUEUE)
    }
  }

  /** The test that asks for `what`. @throws QueratorError when none does, or it cannot be told which */
  #ofRunningTest(what: 'queue' | 'leaks'): RunningTest {
    const test = this.tests.current()
    if (test !== undefined) return test
    const elsewhere = what === 'queue' ? 'createQueue()' : "configureDaemon({ leaks: 'off' })"
    throw usageError(`${what} belongs to the running test; use it inside test(…), or ${elsewhere} elsewhere`)
  }

  #configure(options: FixtureOptions): void {
    if (this.#daemon !== undefined) {
      throw usageError(
        'configureDaemon was called too late: the daemon of this file is running already; call it at the top of the file or in a setup file, before anything uses daemon, client, clock or createQueue',
      )
    }
    const all = { ...this.#options, ...options }
    // At the line that says it, and not at the first use.
    splitOptions(all, 'configureDaemon')
    this.#options = all
  }
}
