/**
 * `querator-test/playwright`: Playwright's `test` with fixtures. Each worker has a daemon. Each test has a queue that is deleted after it.
 */
import type {
  Expect,
  PlaywrightTestArgs,
  PlaywrightTestOptions,
  PlaywrightWorkerArgs,
  PlaywrightWorkerOptions,
  TestInfo,
  TestType,
} from '@playwright/test'
import { type FixtureOptions, splitOptions } from '../../fixtures/fixture-options.js'
import { oneCopy } from '../../fixtures/one-copy.js'
import { type CreateQueue, QueuesOfTest, type SetLeaks } from '../../fixtures/queues-of-test.js'
import { standIn } from '../../fixtures/stand-in.js'
import {
  type QueratorClient,
  queueMatchers,
  startTestDaemon,
  type TestClock,
  type TestDaemon,
  type TestQueue,
} from '../../index.js'
import { brakeFromNowOn, usageError } from '../../internal.js'
import { endOf, show } from './end-of-test.js'
import { loadPlaywright } from './load-playwright.js'

export type { CreateQueue, FixtureOptions, SetLeaks }

/** The fixtures of one test. */
export interface QueratorFixtures {
  /** The clock of the daemon. Time that a test moved stays moved for the tests that the same worker runs later. */
  clock: TestClock
  /** A new queue for this test. It is deleted after the test. */
  queue: TestQueue
  /** Creates more queues for this test. They are deleted after the test. */
  createQueue: CreateQueue
  /** Sets what happens if this test leaves items leased, leases waiting or calls without `await`: `leaks('off')`. */
  leaks: SetLeaks
}

/** The fixtures that last as long as a worker, and the option. */
export interface QueratorWorkerFixtures {
  /** The daemon of this worker, which runs one test at a time. */
  daemon: TestDaemon
  /** The typed client of the daemon. */
  client: QueratorClient
  /** The URL of the daemon, for the app under test. The daemon listens on a free port of 127.0.0.1 when a test first uses it. */
  queratorUrl: string
  /**
   * The options of the daemon and of the fixtures, for `test.use` at the top of a file and for `use` in Playwright's configuration. Files
   * with other options run in workers of their own. Default `{}`.
   */
  queratorOptions: FixtureOptions
}

/** The fixtures, with those that only other fixtures use. */
interface OwnFixtures extends QueratorFixtures {
  queratorEmbedded: boolean
  queuesOfTest: QueuesOfTest
}

/** A `test` of Playwright with the fixtures. */
export type TestWithQueues = TestType<
  PlaywrightTestArgs & PlaywrightTestOptions & QueratorFixtures,
  PlaywrightWorkerArgs & PlaywrightWorkerOptions & QueratorWorkerFixtures
>

/** Playwright's `test` with the fixtures, and `test.embedded`. */
export type QueratorTest = TestWithQueues & {
  /** A test that is skipped if the daemon is a server elsewhere. For tests that need the clock, for example. */
  readonly embedded: TestWithQueues
}

/** Playwright's `expect` with the matchers for queues. */
export type QueratorExpect = Expect<typeof queueMatchers>

/** The limit for what the fixtures do after a test, in milliseconds. It counts apart from that of the test and its hooks. */
const LONGEST_END = 30_000

function made(): { test: QueratorTest; expect: QueratorExpect } {
  const { test: base, expect } = loadPlaywright()
  const test = base.extend<OwnFixtures, QueratorWorkerFixtures>({
    queratorOptions: [{}, { scope: 'worker', option: true }],
    daemon: [
      async ({ queratorOptions }, use) => {
        const { daemonOptions } = splitOptions(queratorOptions)
        const daemon = await startTestDaemon({ callSites: true, ...daemonOptions })
        daemon.forRunner.isOfFixtures = true
        await use(daemon)
        // The worker ends now.
        brakeFromNowOn()
        await daemon.close()
      },
      { scope: 'worker' },
    ],
    client: [async ({ daemon }, use) => use(daemon.client), { scope: 'worker' }],
    queratorUrl: [async ({ daemon }, use) => use(await daemon.listen()), { scope: 'worker' }],
    // Looked up on use only, because a server elsewhere has no clock.
    clock: async ({ daemon }, use) => use(standIn(() => daemon.clock, ['advance'])),
    queratorEmbedded: [false, { option: true }],
    // Automatic, so that tests which use only the daemon are reported too. Fixtures that are set up later end before it.
    queuesOfTest: [
      async ({ daemon, queratorOptions, queratorEmbedded }, use, testInfo) => {
        if (queratorEmbedded) testInfo.skip(isElsewhere(queratorOptions), 'needs a daemon in the process of the test')
        const queues = begin(daemon, queratorOptions, testInfo)
        await use(queues)
        const report = await queues.end(endOf(testInfo))
        if (report !== undefined) await show(testInfo, report)
      },
      { auto: true, timeout: LONGEST_END },
    ],
    createQueue: async ({ queuesOfTest }, use) => use(queuesOfTest.create),
    leaks: async ({ queuesOfTest }, use) => use(queuesOfTest.leaks),
    queue: async ({ createQueue }, use) => use(await createQueue()),
  })
  const embedded = test.extend({ queratorEmbedded: true })
  return { test: Object.assign(test, { embedded }), expect: expect.extend(queueMatchers) }
}

function isElsewhere({ endpoint }: FixtureOptions): boolean {
  return Boolean(endpoint ?? process.env.QUERATOR_ENDPOINT)
}

/** Begins a test. @throws QueratorError in a hook that runs outside of a test */
function begin(daemon: TestDaemon, options: FixtureOptions, testInfo: TestInfo): QueuesOfTest {
  const hook = hookOf(testInfo)
  if (hook === 'beforeAll' || hook === 'afterAll') {
    throw usageError(
      `queue, createQueue and leaks belong to a test, and ${hook} runs outside of one; use daemon.createQueue() in beforeAll, and delete the queue in afterAll`,
    )
  }
  const { title, timeout } = testInfo
  const { leaks } = splitOptions(options)
  // Playwright's own timer. There is none without a timeout, or in a debugger.
  const open = timeout > 0 && !process.env.PWDEBUG ? { Timeout: 1 } : {}
  return new QueuesOfTest(daemon, {
    name: title,
    // Several workers may run tests of the same file, so none of them can write its page. The page is attached to the test.
    file: undefined,
    // A test may change it while it runs, with test.setTimeout or test.slow.
    timeout: () => testInfo.timeout,
    leaks,
    open,
  })
}

/** Returns the kind of hook that runs now. Playwright's own `page` asks the same, because fixtures of a test also work in `beforeAll`. */
function hookOf(testInfo: TestInfo): string | undefined {
  return (testInfo as { _currentHookType?: () => string | undefined })._currentHookType?.()
}

const exported = oneCopy('playwright', import.meta.url, made)

/**
 * Playwright's `test` with the fixtures.
 *
 *     test('an order is paid', async ({ page, queue, clock }) => { … })
 *
 * @throws QueratorError when the file is loaded, if Playwright is not installed or does not run it
 */
export const test: QueratorTest = exported.test

/** Playwright's `expect`, with the matchers for queues: `await expect(queue).toBeDrained()`. */
export const expect: QueratorExpect = exported.expect
