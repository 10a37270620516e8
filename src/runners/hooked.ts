/**
 * Runners without fixtures: the same names as values, kept up to date by hooks. `daemon`, `client` and `clock` belong
 * to the test file, `queue` and `createQueue` to the test that is running.
 */
import { type QueratorClient, QueratorError, type TestClock, type TestDaemon, type TestQueue } from '../index.js'
import { type CreateQueue, QueuesOfTest } from './queues-of-test.js'
import { standIn } from './stand-in.js'

/** What a runner must offer. */
export interface Runner {
  beforeEach(hook: () => Promise<void>): void
  afterEach(hook: () => Promise<void>): void
  /** The name of the test that is about to run. */
  testName(): string
}

/** The values that a runner's entry exports. */
export interface HookedFixtures {
  readonly daemon: TestDaemon
  readonly client: QueratorClient
  readonly clock: TestClock
  readonly queue: TestQueue
  readonly createQueue: CreateQueue
}

/** Registers the hooks, and makes the values around the daemon of this file. */
export function hookedFixtures(runner: Runner, daemon: TestDaemon): HookedFixtures {
  // More than one while a test runs others inside of it.
  const running: { queues: QueuesOfTest; queue: TestQueue }[] = []
  const currentQueue = () => {
    const innermost = running.at(-1)
    if (innermost !== undefined) return innermost.queue
    throw new QueratorError(0, 'queue belongs to the running test; use it inside test(…), or createQueue() elsewhere')
  }
  runner.beforeEach(async () => {
    const queues = new QueuesOfTest(daemon, runner.testName())
    running.push({ queues, queue: await queues.create() })
  })
  runner.afterEach(async () => {
    await running.pop()?.queues.remove()
  })
  return {
    daemon,
    client: daemon.client,
    // Only looked at when it is used: a server elsewhere has no clock to move.
    clock: standIn(() => daemon.clock),
    queue: standIn(currentQueue),
    // Outside of a test, in beforeAll or in a concurrent test of Jest, a queue lasts as long as the file.
    createQueue: (options) => running.at(-1)?.queues.create(options) ?? daemon.createQueue(options),
  }
}
