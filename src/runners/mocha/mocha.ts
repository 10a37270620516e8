/**
 * `querator-test/mocha`: a daemon for each test file, and a queue for each test that is deleted after it. Mocha loads it with
 * `--require`, and test files import it.
 */
import type { FixtureOptions } from '../../fixtures/fixture-options.js'
import { oneCopy } from '../../fixtures/one-copy.js'
import type { CreateQueue, SetLeaks } from '../../fixtures/queues-of-test.js'
import { withEmbedded } from '../../fixtures/wrapped-test.js'
import type { QueratorClient, TestClock, TestDaemon, TestQueue } from '../../index.js'
import { usageError } from '../../internal.js'
import { DaemonsOfFiles } from './daemons-of-files.js'
import { type MochaRootHooks, RootHooks } from './root-hooks.js'

export { type AssertedQueue, assertQueue } from '../../fixtures/assert-queue.js'
export type { CreateQueue, FixtureOptions, MochaRootHooks, SetLeaks }

/** The type of Mocha's `it` if you have not installed Mocha's types. */
export interface AnyMochaTest {
  /** Declares a test. */
  (title: string, body?: (this: never, done: (error?: unknown) => void) => unknown): unknown
  /** Runs only this test. */
  readonly only: AnyMochaTest
  /** Skips the test. */
  readonly skip: AnyMochaTest
}

/** The type of Mocha's own `it` if its types are installed, else `AnyMochaTest`. */
export type MochaIt = typeof globalThis extends { it: infer T } ? T : AnyMochaTest

/** Mocha's `it`, with `test.embedded`. */
export type EmbeddedMochaTest = MochaIt & {
  /** A test that is skipped if the daemon is a server elsewhere. For tests that need the clock, for example. */
  readonly embedded: MochaIt
}

/** Returns Mocha's function for tests: `it`, or `test` with `--ui tdd`. Undefined until Mocha loads test files. */
function mochaTest(): AnyMochaTest | undefined {
  const { it, test } = globalThis as { it?: AnyMochaTest; test?: AnyMochaTest }
  return it ?? test
}

/** Looked up at each use, because Mocha makes a new one for each file. */
function knownTest(): AnyMochaTest {
  const known = mochaTest()
  if (known !== undefined) return known
  throw usageError(
    'querator-test/mocha is for test files that Mocha runs: mocha --require querator-test/mocha; elsewhere use startTestDaemon() of querator-test',
  )
}

function fixturesOfRun() {
  const files = new DaemonsOfFiles(() => mochaTest() !== undefined)
  const test = new Proxy((() => {}) as unknown as AnyMochaTest, {
    apply: (_, self, args) => Reflect.apply(knownTest(), self, args) as unknown,
    get: (_, key) => Reflect.get(knownTest(), key) as unknown,
  })
  const embedded = withEmbedded(test, () => files.attached) as unknown as EmbeddedMochaTest
  return { ...files.fixtures, hooks: new RootHooks(files).hooks, test: embedded }
}

const made = oneCopy('mocha', import.meta.url, fixturesOfRun)

/** The root hooks. Mocha takes them from here: `mocha --require querator-test/mocha`. */
export const mochaHooks: MochaRootHooks = made.hooks
/** The daemon of this test file. It starts when a test first uses it. */
export const daemon: TestDaemon = made.daemon
/** The typed client of the daemon. */
export const client: QueratorClient = made.client
/** The clock of the daemon. If you move it, time moves for all queues of this file. */
export const clock: TestClock = made.clock
/** The queue of the running test. Each test has a new one, which is deleted after the test. */
export const queue: TestQueue = made.queue
/** Creates more queues for the running test. They are deleted after the test. Outside of a test, they last as long as the file. */
export const createQueue: CreateQueue = made.createQueue
/**
 * Sets the options of the daemon of this test file. Call it at the top of the file, before anything uses the daemon. In a file that you
 * load with `--require`, it sets them for all test files.
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
/** Mocha's `it`, with `test.embedded`. With `--ui tdd`, Mocha's `test`. */
export const test: EmbeddedMochaTest = made.test
