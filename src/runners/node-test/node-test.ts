/** `querator-test/node-test`: a daemon for each test file, and a queue for each test that is deleted after it. */
import { after, beforeEach, test as nodeTest } from 'node:test'
import { MessageChannel } from 'node:worker_threads'
import { FileDaemon } from '../../fixtures/file-daemon.js'
import type { FixtureOptions } from '../../fixtures/fixture-options.js'
import { oneCopy } from '../../fixtures/one-copy.js'
import type { CreateQueue, SetLeaks } from '../../fixtures/queues-of-test.js'
import { trackOpenRequests } from '../../fixtures/release-sockets.js'
import type { RunningTest, RunningTests } from '../../fixtures/running-tests.js'
import { withEmbedded } from '../../fixtures/wrapped-test.js'
import type { QueratorClient, TestClock, TestDaemon, TestQueue } from '../../index.js'
import { brakeFromNowOn, type EndOfTest, usageError, visible } from '../../internal.js'

export type { CreateQueue, FixtureOptions, SetLeaks }

/** A running test, and what keeps the process alive meanwhile. node:test cancels a test if only unref'd timers are left. */
interface Held {
  readonly test: RunningTest
  readonly channel: MessageChannel
}

/** The time after which a waiting test is explained, in milliseconds. node:test has no timeout by default, and does not show one. */
const SILENCE = 5000

/** The context that node:test passes to hooks and test bodies. */
interface Context {
  readonly name: string
  readonly fullName?: string
  readonly filePath?: string
  after(hook: () => Promise<void>): void
  diagnostic(message: string): void
  /** The error of the test. Null if it has not failed. */
  readonly error?: unknown
}

/** The fixtures of one test, as `fixtures(t)` returns them. */
export interface TestFixtures {
  /** The daemon of the test file. */
  readonly daemon: TestDaemon
  /** The typed client of the daemon. */
  readonly client: QueratorClient
  /** The clock of the daemon. If you move it, time moves for tests of this file that run at the same time, too. */
  readonly clock: TestClock
  /** The queue of the test. It is deleted after the test. */
  readonly queue: TestQueue
  /** Creates more queues for the test. They are deleted after the test. */
  readonly createQueue: CreateQueue
  /** Sets what happens if the test leaves items leased, leases waiting or calls without `await`: `leaks('off')`. */
  readonly leaks: SetLeaks
}

/** The `test` of node:test, with `test.embedded`. */
export type NodeTest = typeof nodeTest & {
  /** A test that is skipped if the daemon is a server elsewhere. For tests that need the clock, for example. */
  readonly embedded: typeof nodeTest
}

/** Begins a test. Keeps the process alive until the test ends, or cannot end any more. */
async function holdTest(tests: RunningTests, context: Context, others: number): Promise<Held> {
  const channel = new MessageChannel()
  channel.port1.ref()
  // node:test cancels a test if nothing keeps the process alive.
  const stuck = () => {
    const text = `'${context.name}' waits for something that cannot happen any more: node:test cancels it, and the rest of the file`
    console.error(visible(text))
    channel.port1.unref()
  }
  const name = context.fullName ?? context.name
  const file = context.filePath ?? process.argv[1]
  const test = await tests.begin({
    name,
    nests: true,
    file,
    timeout: SILENCE,
    open: { MessagePort: others + 1 },
    stuck,
  })
  return { test, channel }
}

function fixturesOfFile() {
  const file = new FileDaemon('take it from the test itself: const { queue, createQueue } = fixtures(t)')
  const { tests } = file
  const running = new Map<unknown, Held>()
  beforeEach(async (given) => {
    const context = given as Context
    running.set(context, await holdTest(tests, context, running.size))
    // Runs after every afterEach hook of the user.
    context.after(() => endTest(context))
  })
  const endTest = async (context: Context) => {
    const held = running.get(context)
    running.delete(context)
    try {
      const report = await tests.end(held?.test, endOf(context))
      for (const line of report?.text.split('\n') ?? []) context.diagnostic(line)
    } finally {
      held?.channel.port1.close()
    }
  }
  const releaseSockets = trackOpenRequests()
  // node:test runs these hooks in the order of their declaration, so this one is declared after those of the file.
  const endFile = async () => {
    releaseSockets()
    brakeFromNowOn()
    await file.retire()
  }
  void Promise.resolve().then(() => after(endFile))
  const fixtures = (context: object): TestFixtures => {
    const test = running.get(context)?.test
    if (test === undefined) {
      throw usageError('fixtures takes the context of a running test: test(…, async (t) => { fixtures(t) })')
    }
    return { ...file.fixtures, queue: test.queue, createQueue: test.queues.create, leaks: test.queues.leaks }
  }
  return { ...file.fixtures, fixtures, test: withEmbedded(nodeTest, () => file.attached) }
}

function endOf({ error }: Context): EndOfTest {
  if (!error) return { outcome: 'passed' }
  return { outcome: 'failed', errors: [(error as { cause?: unknown }).cause ?? error] }
}

export { type AssertedQueue, assertQueue } from '../../fixtures/assert-queue.js'

const made = oneCopy('node-test', import.meta.url, fixturesOfFile)

/** The daemon of this test file. It starts when a test first uses it. */
export const daemon: TestDaemon = made.daemon
/** The typed client of the daemon. */
export const client: QueratorClient = made.client
/** The clock of the daemon. If you move it, time moves for tests of this file that run at the same time, too. */
export const clock: TestClock = made.clock
/** The queue of the running test. Each test has a new one, which is deleted after the test. */
export const queue: TestQueue = made.queue
/** Creates more queues for the running test. They are deleted after the test. Outside of a test, they last as long as the file. */
export const createQueue: CreateQueue = made.createQueue
/**
 * Sets the options of the daemon of this test file. Call it at the top of the file, before anything uses the daemon.
 *
 *     configureDaemon({ clock: 'frozen', leaks: 'error' })
 *
 * @throws QueratorError if an option is unknown or invalid, or the daemon is running already
 */
export const configureDaemon: (options: FixtureOptions) => void = made.configureDaemon
/**
 * Sets what happens if the running test leaves items leased, leases waiting or calls without `await`: `leaks('off')`. For all tests of
 * a file, write `configureDaemon({ leaks: 'error' })`.
 */
export const leaks: SetLeaks = made.leaks
/**
 * Returns the fixtures of the test with this context. Use it if tests run at the same time, because `queue` and `createQueue` cannot know
 * which of them is calling.
 *
 *     test('an order is paid', async (t) => { const { queue } = fixtures(t) })
 *
 * @throws QueratorError if that test is not running
 */
export const fixtures: (context: object) => TestFixtures = made.fixtures
/** The `test` of node:test, with `test.embedded`. */
export const test: NodeTest = made.test
