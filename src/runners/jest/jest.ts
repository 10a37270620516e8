/**
 * Jest: a daemon for each test file, and a queue for each test, deleted after it. Importing this registers the
 * hooks; the preset `querator-test/presets/jest` imports it for every file.
 */
import { createRequire } from 'node:module'
import type {} from 'expect'
import { FileDaemon, type FileFixtures } from '../../fixtures/file-fixtures.js'
import type { FixtureOptions } from '../../fixtures/fixture-options.js'
import { oneCopy } from '../../fixtures/one-copy.js'
import { letGoAtTheEnd } from '../../fixtures/release-sockets.js'
import type { Beginning, RunningTest, RunningTests } from '../../fixtures/running-tests.js'
import { type Wrap, withEmbedded, wrappedTest } from '../../fixtures/wrapped-test.js'
import { QueratorError, type QueueAssertions, queueMatchers, snapshotSerializer } from '../../index.js'
import { brakeFromNowOn } from '../../internal.js'
import { endOfTest, runLast, tellOfTest, testTimeout, withReport } from './jest-state.js'

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

/** Jest's `test`, as far as it is known here when its types are not installed. */
export interface AnyJestTest {
  // biome-ignore lint/suspicious/noExplicitAny: what Jest passes depends on how it is called
  (name: string, body?: (...args: any[]) => unknown, timeout?: number): void
  readonly only: AnyJestTest
  readonly skip: AnyJestTest
  readonly failing: AnyJestTest
  readonly concurrent: AnyJestTest
  todo(name: string): void
  // biome-ignore lint/suspicious/noExplicitAny: a table of anything
  each(...table: any[]): (name: string, body: (...args: any[]) => unknown, timeout?: number) => void
}

/** Jest's own `test` where its types are installed. */
export type JestTest = typeof globalThis extends { test: infer T } ? T : AnyJestTest

/** See {@link test}. */
export type EmbeddedJestTest = JestTest & { readonly embedded: JestTest }

interface JestGlobals {
  beforeAll(hook: () => void): void
  beforeEach(hook: () => Promise<void>): void
  afterEach(hook: () => Promise<void>): void
  afterAll(hook: () => Promise<void>): void
  test: { concurrent: object; skip: unknown }
  expect: {
    getState(): { currentTestName?: string; testPath?: string }
    extend(matchers: object): void
    addSnapshotSerializer(serializer: object): void
  }
}

/** Jest's own: the timeout of the running test. */
const OPEN = { Timeout: 1 }

/** What hangs on Jest's `test` and takes a body. */
const KINDS = ['only', 'skip', 'failing', 'each']

/** Jest's globals; with `injectGlobals: false` the same from its module. */
function jestGlobals(): JestGlobals {
  const globals = globalThis as unknown as Partial<JestGlobals>
  // Vitest can have the same globals.
  if (process.env.VITEST) throw wrongRunner()
  if (globals.beforeEach !== undefined) return globals as JestGlobals
  try {
    return createRequire(`${process.cwd()}/`)('@jest/globals') as JestGlobals
  } catch (cause) {
    throw wrongRunner(cause)
  }
}

function wrongRunner(cause?: unknown): QueratorError {
  return new QueratorError(
    0,
    "querator-test/jest is for test files that Jest runs; with Vitest write import { test } from 'querator-test/vitest', elsewhere use startTestDaemon() of querator-test",
    { cause },
  )
}

function fixturesOfFile() {
  const globals = jestGlobals()
  globals.expect.extend(queueMatchers)
  globals.expect.addSnapshotSerializer(snapshotSerializer)
  // What the configuration of Jest says under `globals`.
  const { queratorOptions } = globalThis as { queratorOptions?: FixtureOptions }
  const file = new FileDaemon('import { test } from querator-test/jest and use that one', queratorOptions)
  const { tests } = file
  let inTurn: RunningTest | undefined
  globals.beforeEach(async () => {
    inTurn = undefined
    const { currentTestName: name = 'queue', testPath: file } = globals.expect.getState()
    inTurn = await tests.begin({ name, file, timeout: testTimeout(), open: OPEN })
  })
  const endTest = async () => tellOfTest(await tests.end(inTurn, endOfTest()))
  globals.afterEach(endTest)
  const letGo = letGoAtTheEnd()
  const endFile = async () => {
    // A concurrent test that timed out still runs.
    await tests.endAll()
    letGo()
    brakeFromNowOn()
    if (isLast) await file.retire()
  }
  globals.afterAll(endFile)
  let isLast = false
  globals.beforeAll(() => {
    isLast = runLast(endTest, endFile)
  })
  const { concurrent } = globals.test
  // Jest runs no hooks for these. `it` is the same object.
  globals.test.concurrent = wrappedTest(concurrent, KINDS, (name, body) => {
    const { testPath: file } = globals.expect.getState()
    return concurrentBody(tests, { name, file }, body)
  })
  const test = wrappedTest(globals.test, KINDS, (_, body) => {
    return function (this: unknown, ...args) {
      const run = () => Reflect.apply(body, this, args)
      return inTurn === undefined ? run() : tests.inside(inTurn, run)
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
        const report = await tests.end(test, { errors: [error] })
        throw withReport(error, report)
      })
    await tests.end(test, { errors: undefined })
    return answer
  }
}

const fixtures = oneCopy('jest', import.meta.url, fixturesOfFile)

/** The daemon of this test file. */
export const daemon: FileFixtures['daemon'] = fixtures.daemon
/** Its typed client. */
export const client: FileFixtures['client'] = fixtures.client
/** Its clock. */
export const clock: FileFixtures['clock'] = fixtures.clock
/** A queue of the running test's own. */
export const queue: FileFixtures['queue'] = fixtures.queue
/** Makes further queues of the running test's own; outside of a test they last as long as the file. */
export const createQueue: FileFixtures['createQueue'] = fixtures.createQueue
/**
 * Options for the daemon of this test file, as for `startTestDaemon`: at the top of the file, or in a setup file.
 * @throws QueratorError when the daemon was used already
 */
export const configureDaemon: FileFixtures['configureDaemon'] = fixtures.configureDaemon
/**
 * Sets what happens when the running test leaves items leased, leases waiting or calls without `await`: `leaks('off')`. For
 * all tests of a file: `configureDaemon({ leaks: 'error' })`.
 */
export const leaks: FileFixtures['leaks'] = fixtures.leaks
/**
 * Jest's `test`. `test.embedded` is skipped where the daemon is a server elsewhere: for tests that need its clock. A
 * test that is over gets an error from `queue` and `createQueue` here, instead of what belongs to the next one.
 */
export const test: EmbeddedJestTest = fixtures.test
