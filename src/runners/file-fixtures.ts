/**
 * Runners without fixtures: the same names as values of the file. `daemon`, `client` and `clock` belong to the test
 * file, `queue` and `createQueue` to the test that is running.
 */
import {
  openTestDaemon,
  type QueratorClient,
  QueratorError,
  type TestClock,
  type TestDaemon,
  type TestQueue,
} from '../index.js'
import { type FixtureOptions, splitOptions } from './fixture-options.js'
import type { CreateQueue, Leaks } from './queues-of-test.js'
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
  readonly leaks: Leaks
}

/** The daemon of one test file, started when it is first used, and what the file sees of it. */
export class FileDaemon {
  readonly tests: RunningTests
  readonly fixtures: FileFixtures
  #options: FixtureOptions
  #daemon: TestDaemon | undefined

  /** `advice` as in {@link RunningTests}; `options`: those of the whole run. */
  constructor(advice: string, options: FixtureOptions = {}) {
    this.#options = { callSites: true, ...options }
    const open = () => this.#open()
    this.tests = new RunningTests(open, () => splitOptions(this.#options).leaks, advice)
    this.fixtures = {
      daemon: standIn(open),
      client: standIn(() => open().client),
      clock: standIn(() => open().clock),
      queue: standIn(() => this.#ofRunningTest('queue').queue),
      // Outside of a test, in beforeAll for example, a queue lasts as long as the file.
      createQueue: async (options) => this.tests.current()?.queues.create(options) ?? open().createQueue(options),
      configureDaemon: (options) => this.#configure(options),
      leaks: (mode) => this.#ofRunningTest('leaks').queues.leaks(mode),
    }
  }

  /** Whether the daemon is a server elsewhere. */
  get attached(): boolean {
    return Boolean(this.#options.endpoint ?? process.env.QUERATOR_ENDPOINT)
  }

  #open(): TestDaemon {
    this.#daemon ??= openTestDaemon(splitOptions(this.#options).daemonOptions)
    return this.#daemon
  }

  /** The test that asks for `what`. @throws QueratorError when none does */
  #ofRunningTest(what: 'queue' | 'leaks'): RunningTest {
    const test = this.tests.current()
    if (test !== undefined) return test
    const elsewhere = what === 'queue' ? 'createQueue()' : "configureDaemon({ leaks: 'off' })"
    throw new QueratorError(0, `${what} belongs to the running test; use it inside test(…), or ${elsewhere} elsewhere`)
  }

  #configure(options: FixtureOptions): void {
    if (this.#daemon !== undefined) {
      throw new QueratorError(
        0,
        'configureDaemon comes too late, the daemon of this file runs already; call it at the top of the file or in a setup file, before anything uses daemon, client, clock or createQueue',
      )
    }
    this.#options = { ...this.#options, ...options }
  }
}
