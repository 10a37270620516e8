/**
 * `querator-test/jest`: a daemon for each test file, and a queue for each test that is deleted after it. The preset
 * `querator-test/presets/jest` imports it for every file.
 */
import type {} from 'expect'
import { FileDaemon } from '../../fixtures/file-daemon.js'
import { type FixtureOptions, splitOptions } from '../../fixtures/fixture-options.js'
import { oneCopy } from '../../fixtures/one-copy.js'
import type { CreateQueue, SetLeaks } from '../../fixtures/queues-of-test.js'
import type { Beginning, RunningTests } from '../../fixtures/running-tests.js'
import { withReport } from '../../fixtures/with-report.js'
import { type Wrap, withEmbedded, wrappedTest } from '../../fixtures/wrapped-test.js'
import {
  type QueratorClient,
  type QueueAssertions,
  queueMatchers,
  snapshotSerializer,
  type TestClock,
  type TestDaemon,
  type TestQueue,
} from '../../index.js'
import { daemonHost } from '../../internal.js'
import type { EnvironmentHost } from './environment-host.js'
import { jestGlobals } from './jest-globals.js'
import { testTimeout } from './jest-state.js'
import { followEnvironment, followHooks, OPEN } from './jest-turns.js'

export type { CreateQueue, FixtureOptions, SetLeaks }

// Where @types/jest and @jest/globals look for matchers.
declare global {
  namespace jest {
    // biome-ignore lint/complexity/noBannedTypes: as it is declared there
    interface Matchers<R, T = {}> extends QueueAssertions {}
  }
}

declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T = unknown> extends QueueAssertions {}
}

/** The type of Jest's `test` if you have not installed Jest's types. */
export interface AnyJestTest {
  /** Declares a test. `timeout` is in milliseconds. */
  // biome-ignore lint/suspicious/noExplicitAny: what Jest passes depends on how it is called
  (name: string, body?: (...args: any[]) => unknown, timeout?: number): void
  /** Runs only this test of the file. */
  readonly only: AnyJestTest
  /** Skips the test. */
  readonly skip: AnyJestTest
  /** Declares a test that must fail. */
  readonly failing: AnyJestTest
  /** Runs the test at the same time as the other concurrent tests. It has its own queues. */
  readonly concurrent: AnyJestTest
  /** Names a test that you have not written yet. */
  todo(name: string): void
  /** Declares one test for each row of a table. */
  // biome-ignore lint/suspicious/noExplicitAny: a table of anything
  each(...table: any[]): (name: string, body: (...args: any[]) => unknown, timeout?: number) => void
}

/** The type of Jest's own `test` if its types are installed, else `AnyJestTest`. */
export type JestTest = typeof globalThis extends { test: infer T } ? T : AnyJestTest

/** Jest's `test`, with `test.embedded`. */
export type EmbeddedJestTest = JestTest & {
  /** A test that is skipped if the daemon is a server elsewhere. For tests that need the clock, for example. */
  readonly embedded: JestTest
}

/** What hangs on Jest's `test` and takes a body. */
const KINDS = ['only', 'skip', 'failing', 'each']

function fixturesOfFile() {
  const globals = jestGlobals()
  globals.expect.extend(queueMatchers)
  globals.expect.addSnapshotSerializer(snapshotSerializer)
  // What the configuration of Jest says under `globals`.
  const { queratorOptions } = globalThis as { queratorOptions?: FixtureOptions }
  const host = daemonHost<EnvironmentHost>()
  if (queratorOptions !== undefined) splitOptions(queratorOptions, 'queratorOptions')
  const options = { ...queratorOptions, ...host?.options }
  const file = new FileDaemon('import { test } from querator-test/jest and use that one', options)
  const { tests } = file
  const inTurn = host === undefined ? followHooks(globals, file) : followEnvironment(host, file)
  const { concurrent } = globals.test
  // Jest runs no hooks for these. `it` is the same object.
  globals.test.concurrent = wrappedTest(concurrent, KINDS, (name, body) => {
    const { testPath: file } = globals.expect.getState()
    return concurrentBody(tests, { name, file }, body)
  })
  const test = wrappedTest(globals.test, KINDS, (_, body) => {
    return function (this: unknown, ...args) {
      const run = () => Reflect.apply(body, this, args)
      const test = inTurn()
      return test === undefined ? run() : tests.inside(test, run)
    }
  })
  return { ...file.fixtures, test: withEmbedded(test, () => file.attached) as unknown as EmbeddedJestTest }
}

/** A test that runs at the same time as others: its queues come and go around its body. */
function concurrentBody(
  tests: RunningTests,
  which: Pick<Beginning, 'name' | 'file'>,
  body: Parameters<Wrap>[1],
): ReturnType<Wrap> {
  return async function (this: unknown, ...args) {
    const test = await tests.begin({ ...which, apart: true, timeout: testTimeout(), open: OPEN })
    const answer = await tests
      .inside(test, async () => Reflect.apply(body, this, args))
      .catch(async (error: unknown) => {
        const report = await tests.end(test, { outcome: 'failed', errors: [error] })
        throw withReport(error, report?.text)
      })
    await tests.end(test, { outcome: 'passed' })
    return answer
  }
}

const fixtures = oneCopy('jest', import.meta.url, fixturesOfFile)

/** The daemon of this test file. It starts when a test first uses it. */
export const daemon: TestDaemon = fixtures.daemon
/** The typed client of the daemon. */
export const client: QueratorClient = fixtures.client
/** The clock of the daemon. If you move it, time moves for tests of this file that run at the same time, too. */
export const clock: TestClock = fixtures.clock
/** The queue of the running test. Each test has a new one, which is deleted after the test. */
export const queue: TestQueue = fixtures.queue
/** Creates more queues for the running test. They are deleted after the test. Outside of a test, they last as long as the file. */
export const createQueue: CreateQueue = fixtures.createQueue
/**
 * Sets the options of the daemon of this test file. Call it at the top of the file or in a setup file, before anything uses the daemon.
 *
 *     configureDaemon({ clock: 'frozen', leaks: 'error' })
 *
 * @throws QueratorError if an option is unknown or invalid, or the daemon is running already
 */
export const configureDaemon: (options: FixtureOptions) => void = fixtures.configureDaemon
/**
 * Sets what happens if the running test leaves items leased, leases waiting or calls without `await`: `leaks('off')`. For all tests of
 * a file, write `configureDaemon({ leaks: 'error' })`.
 */
export const leaks: SetLeaks = fixtures.leaks
/**
 * Jest's `test`, with `test.embedded`. If a test of this `test` goes on after it has ended, `queue` and `createQueue` throw an error.
 * With Jest's own `test`, it would use the queues of the next test.
 */
export const test: EmbeddedJestTest = fixtures.test
