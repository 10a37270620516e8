/**
 * `querator-test/bun`: a daemon for each test file, and a queue for each test that is deleted after it. `bun test` loads it as `preload`,
 * and test files import it.
 */
import { type FileFixtures, fixturesOf } from '../../fixtures/file-daemon.js'
import type { FixtureOptions } from '../../fixtures/fixture-options.js'
import { oneCopy } from '../../fixtures/one-copy.js'
import type { CreateQueue, SetLeaks } from '../../fixtures/queues-of-test.js'
import { withEmbedded, wrappedTest } from '../../fixtures/wrapped-test.js'
import { type QueratorClient, queueMatchers, type TestClock, type TestDaemon, type TestQueue } from '../../index.js'
import { bunTest } from './bun-test.js'
import { BunTurns } from './bun-turns.js'

export type { CreateQueue, FixtureOptions, SetLeaks }

/** The type of Bun's `test`. */
export interface BunTest {
  /** Declares a test. The last argument is its timeout in milliseconds, or its options. */
  // biome-ignore lint/suspicious/noExplicitAny: what Bun passes depends on how it is called
  (title: string, body?: (...args: any[]) => unknown, options?: number | BunTestOptions): void
  /** Runs only this test. */
  readonly only: BunTest
  /** Skips the test. */
  readonly skip: BunTest
  /** Declares a test that must fail. It is not reported. */
  readonly failing: BunTest
  /** Runs the test at the same time as the other concurrent tests. It has its own queues. */
  readonly concurrent: BunTest
  /** Runs the test by itself, also with `bun test --concurrent`. */
  readonly serial: BunTest
  /** Names a test that you have not written yet. */
  readonly todo: BunTest
  /** Runs the test if the condition holds. */
  if(condition: boolean): BunTest
  /** Skips the test if the condition holds. */
  skipIf(condition: boolean): BunTest
  /** Declares one test for each row of a table. */
  // biome-ignore lint/suspicious/noExplicitAny: a table of anything
  each(...table: any[]): (title: string, body: (...args: any[]) => unknown, options?: number | BunTestOptions) => void
}

/** Options of a test. */
export interface BunTestOptions {
  /** The timeout, in milliseconds. */
  readonly timeout?: number
  /** How often to try again if the test fails. */
  readonly retry?: number
  /** How often to repeat the test. */
  readonly repeats?: number
}

/** Bun's `test`, with `test.embedded`. */
export type EmbeddedBunTest = BunTest & {
  /** A test that is skipped if the daemon is a server elsewhere. For tests that need the clock, for example. */
  readonly embedded: BunTest
}

/** What hangs on Bun's `test` and takes a body, or returns what does. Tests that must fail stay as they are, and are not reported. */
const KINDS = ['only', 'skip', 'concurrent', 'serial', 'each', 'if', 'skipIf', 'concurrentIf', 'serialIf']

function fixturesOfRun(): FileFixtures & { readonly test: EmbeddedBunTest } {
  const bun = bunTest()
  bun.expect.extend(queueMatchers)
  const turns = new BunTurns(bun)
  const file = () => turns.file()
  const test = withEmbedded(wrappedTest(bun.test, KINDS, turns.wrap), () => file().attached)
  return { ...fixturesOf(file), test: test as unknown as EmbeddedBunTest }
}

const made = oneCopy('bun', import.meta.url, fixturesOfRun)

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
 * Bun's `test`, with `test.embedded`. Bun tells nobody how a test ended, so only tests of this `test` are reported when they fail, and
 * checked for what they leave open.
 */
export const test: EmbeddedBunTest = made.test
