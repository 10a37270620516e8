/** node:test: a daemon for each test file, and a queue for each test, deleted after it. */
import { after, beforeEach, test as nodeTest } from 'node:test'
import { MessageChannel } from 'node:worker_threads'
import { FileDaemon, type FileFixtures } from '../../fixtures/file-fixtures.js'
import { oneCopy } from '../../fixtures/one-copy.js'
import { letGoAtTheEnd } from '../../fixtures/release-sockets.js'
import type { RunningTest, RunningTests } from '../../fixtures/running-tests.js'
import { withEmbedded } from '../../fixtures/wrapped-test.js'
import type { EndOfTest } from '../../index.js'
import { brakeFromNowOn, usageError, visible } from '../../internal.js'

/** A test that runs, and what keeps the process meanwhile: node:test gives it up when only our own timers are left. */
interface Held {
  readonly test: RunningTest
  readonly channel: MessageChannel
}

/** node:test tells nobody how long a test may take, and has no limit of its own; after this time a user wonders, in ms. */
const SILENCE = 5000

/** What node:test passes to hooks and to the body of a test alike. */
interface Context {
  readonly name: string
  readonly fullName?: string
  readonly filePath?: string
  after(hook: () => Promise<void>): void
  diagnostic(message: string): void
  /** What it failed with; null when it did not, or not yet. */
  readonly error?: unknown
}

/** What belongs to one test; see {@link fixtures}. */
export type TestFixtures = Pick<FileFixtures, 'daemon' | 'client' | 'clock' | 'queue' | 'createQueue' | 'leaks'>

/** See {@link test}. */
export type NodeTest = typeof nodeTest & { readonly embedded: typeof nodeTest }

/** Begins a test. The process stays until it ends, or cannot end any more. */
async function holdTest(tests: RunningTests, context: Context, others: number): Promise<Held> {
  const channel = new MessageChannel()
  channel.port1.ref()
  // A test that waits for nothing is cancelled by node:test, as any other that leaves nothing to wait for.
  const stuck = () => {
    const text = `'${context.name}' waits for something that cannot happen any more: node:test cancels it, and the rest of the file`
    console.error(visible(text))
    channel.port1.unref()
  }
  const name = context.fullName ?? context.name
  const file = context.filePath ?? process.argv[1]
  const test = await tests.begin({ name, file, timeout: SILENCE, open: { MessagePort: others + 1 }, stuck })
  return { test, channel }
}

function fixturesOfFile() {
  const file = new FileDaemon('take it from the test itself: const { queue, createQueue } = fixtures(t)')
  const { tests } = file
  const running = new Map<unknown, Held>()
  beforeEach(async (given) => {
    const context = given as Context
    running.set(context, await holdTest(tests, context, running.size))
    // After every afterEach of the user.
    context.after(() => endTest(context))
  })
  const endTest = async (context: Context) => {
    const held = running.get(context)
    running.delete(context)
    try {
      const report = await tests.end(held?.test, endOf(context))
      for (const line of report?.split('\n') ?? []) context.diagnostic(line)
    } finally {
      held?.channel.port1.close()
    }
  }
  const letGo = letGoAtTheEnd()
  // node:test runs these in the order in which they were written: this one is to come when those of the file are there.
  const endFile = async () => {
    letGo()
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
  if (!error) return { errors: undefined }
  return { errors: [(error as { cause?: unknown }).cause ?? error] }
}

export { type AssertedQueue, assertQueue } from './node-test-assertions.js'

const made = oneCopy('node-test', import.meta.url, fixturesOfFile)

/** The daemon of this test file. */
export const daemon: FileFixtures['daemon'] = made.daemon
/** Its typed client. */
export const client: FileFixtures['client'] = made.client
/** Its clock. */
export const clock: FileFixtures['clock'] = made.clock
/** A queue of the running test's own. */
export const queue: FileFixtures['queue'] = made.queue
/** Makes further queues of the running test's own; outside of a test they last as long as the file. */
export const createQueue: FileFixtures['createQueue'] = made.createQueue
/**
 * Options for the daemon of this test file, as for `startTestDaemon`: at the top of the file.
 * @throws QueratorError when the daemon was used already
 */
export const configureDaemon: FileFixtures['configureDaemon'] = made.configureDaemon
/**
 * Sets what happens when the running test leaves items leased, leases waiting or calls without `await`: `leaks('off')`. For
 * all tests of a file: `configureDaemon({ leaks: 'error' })`.
 */
export const leaks: FileFixtures['leaks'] = made.leaks
/**
 * The same for the test whose context is given, which has to be told where several run at the same time:
 * `const { queue } = fixtures(t)`.
 * @throws QueratorError when that test does not run
 */
export const fixtures: (context: object) => TestFixtures = made.fixtures
/**
 * The `test` of node:test. `test.embedded` is skipped where the daemon is a server elsewhere: for tests that need its
 * clock.
 */
export const test: NodeTest = made.test
