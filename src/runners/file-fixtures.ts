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
  type TestDaemonOptions,
  type TestQueue,
} from '../index.js'
import type { CreateQueue } from './queues-of-test.js'
import { RunningTests } from './running-tests.js'
import { standIn } from './stand-in.js'

/** The values that a runner's entry exports. */
export interface FileFixtures {
  readonly daemon: TestDaemon
  readonly client: QueratorClient
  readonly clock: TestClock
  readonly queue: TestQueue
  readonly createQueue: CreateQueue
  readonly configureDaemon: (options: TestDaemonOptions) => void
}

/** The daemon of one test file, started when it is first used, and what the file sees of it. */
export class FileDaemon {
  readonly tests: RunningTests
  readonly fixtures: FileFixtures
  #options: TestDaemonOptions = { callSites: true }
  #daemon: TestDaemon | undefined

  /** `advice` as in {@link RunningTests}. */
  constructor(advice: string) {
    const open = () => this.#open()
    this.tests = new RunningTests(open, advice)
    this.fixtures = {
      daemon: standIn(open),
      client: standIn(() => open().client),
      clock: standIn(() => open().clock),
      queue: standIn(() => this.#queue()),
      // Outside of a test, in beforeAll for example, a queue lasts as long as the file.
      createQueue: async (options) => this.tests.current()?.queues.create(options) ?? open().createQueue(options),
      configureDaemon: (options) => this.#configure(options),
    }
  }

  /** Whether the daemon is a server elsewhere. */
  get attached(): boolean {
    return Boolean(this.#options.endpoint ?? process.env.QUERATOR_ENDPOINT)
  }

  #open(): TestDaemon {
    this.#daemon ??= openTestDaemon(this.#options)
    return this.#daemon
  }

  #queue(): TestQueue {
    const test = this.tests.current()
    if (test !== undefined) return test.queue
    throw new QueratorError(0, 'queue belongs to the running test; use it inside test(…), or createQueue() elsewhere')
  }

  #configure(options: TestDaemonOptions): void {
    if (this.#daemon !== undefined) {
      throw new QueratorError(
        0,
        'configureDaemon comes too late, the daemon of this file runs already; call it at the top of the file or in a setup file, before anything uses daemon, client, clock or createQueue',
      )
    }
    this.#options = { ...this.#options, ...options }
  }
}
