/**
 * Jest: a daemon for each test file, and a queue for each test that is gone after it. Importing this registers the
 * hooks; the preset `querator-test/presets/jest` imports it for every file.
 */
import { createRequire } from 'node:module'
import { openTestDaemon, QueratorError } from '../index.js'
import { type HookedFixtures, hookedFixtures } from './hooked.js'

interface JestGlobals {
  beforeEach(hook: () => Promise<void>): void
  afterEach(hook: () => Promise<void>): void
  expect: { getState(): { currentTestName?: string } }
}

/** Jest's globals; with `injectGlobals: false` the same from its module. */
function jestGlobals(): JestGlobals {
  const globals = globalThis as unknown as Partial<JestGlobals>
  if (globals.beforeEach !== undefined) return globals as JestGlobals
  try {
    return createRequire(`${process.cwd()}/`)('@jest/globals') as JestGlobals
  } catch (cause) {
    throw new QueratorError(
      0,
      'querator-test/jest is for test files that Jest runs; elsewhere use startTestDaemon() of querator-test',
      { cause },
    )
  }
}

const globals = jestGlobals()
const fixtures: HookedFixtures = hookedFixtures(
  {
    beforeEach: (hook) => globals.beforeEach(hook),
    afterEach: (hook) => globals.afterEach(hook),
    testName: () => globals.expect.getState().currentTestName ?? 'queue',
  },
  openTestDaemon(),
)

/** The daemon of this test file. */
export const daemon: HookedFixtures['daemon'] = fixtures.daemon
/** Its typed client. */
export const client: HookedFixtures['client'] = fixtures.client
/** Its clock. */
export const clock: HookedFixtures['clock'] = fixtures.clock
/** A queue of the running test's own. */
export const queue: HookedFixtures['queue'] = fixtures.queue
/** Makes further queues of the running test's own; outside of a test they last as long as the file. */
export const createQueue: HookedFixtures['createQueue'] = fixtures.createQueue
