/**
 * `querator-test/vitest`: Vitest's `test` with fixtures. Each file has a daemon that starts on first use. Each test has a queue that is
 * deleted after it.
 */
import type { ExpectStatic, RunnerTestCase, TestAPI } from 'vitest'
import { type FixtureOptions, splitOptions } from '../../fixtures/fixture-options.js'
import { type CreateQueue, QueuesOfTest, type SetLeaks } from '../../fixtures/queues-of-test.js'
import { standIn } from '../../fixtures/stand-in.js'
import {
  type QueratorClient,
  type QueueAssertions,
  queueMatchers,
  snapshotSerializer,
  startTestDaemon,
  type TestClock,
  type TestDaemon,
  type TestQueue,
} from '../../index.js'
import { type EndOfTest, usageError } from '../../internal.js'

export type { CreateQueue, FixtureOptions, SetLeaks }

/** The fixtures that a test can take. */
export interface QueratorFixtures {
  /** The daemon of this file. It starts when a test first uses it. */
  daemon: TestDaemon
  /** The typed client of the daemon. */
  client: QueratorClient
  /** The clock of the daemon. If you move it, time moves for tests of this file that run at the same time, too. */
  clock: TestClock
  /** A new queue for this test. It is deleted after the test. */
  queue: TestQueue
  /** Creates more queues for this test. They are deleted after the test. */
  createQueue: CreateQueue
  /** Sets what happens if this test leaves items leased, leases waiting or calls without `await`: `leaks('off')`. */
  leaks: SetLeaks
}

/** The fixtures, with those that only other fixtures use. */
interface OwnFixtures extends QueratorFixtures {
  queuesOfTest: QueuesOfTest
}

/** Vitest's `test` with the fixtures, and `test.embedded`. */
export type QueratorTest = TestAPI<QueratorFixtures> & {
  /** A test that is skipped if the daemon is a server elsewhere. For tests that need the clock, for example. */
  readonly embedded: TestAPI<QueratorFixtures>['skip']
}

declare module 'vitest' {
  interface ProvidedContext {
    /** The URL of the daemon that `querator-test/global-setup` started. */
    queratorEndpoint?: string
    /** The options for all files of the run, from `test.provide` in Vitest's configuration. `testWith` overrides them. */
    queratorOptions?: FixtureOptions
  }
}

// Where Vitest 3, 4 and 5 look for matchers.
declare global {
  namespace Chai {
    interface Assertion extends QueueAssertions {}
  }
}

const { expect: expectOfVitest, inject, test: base } = await vitest()

/** @throws QueratorError if Vitest is not installed or does not run this file */
async function vitest(): Promise<typeof import('vitest')> {
  if (!process.env.VITEST) {
    throw usageError(
      'querator-test/vitest is for test files that Vitest runs (npx vitest); in Jest use querator-test/jest, elsewhere use startTestDaemon() of querator-test',
    )
  }
  try {
    return await import('vitest')
  } catch (cause) {
    throw usageError('querator-test/vitest needs Vitest 3 or later: npm install --save-dev vitest', cause)
  }
}

expectOfVitest.extend(queueMatchers)
expectOfVitest.addSnapshotSerializer(snapshotSerializer)

/** Vitest's `expect`, with the matchers for queues: `await expect(queue).toBeDrained()`. */
export const expect: ExpectStatic = expectOfVitest

/**
 * Returns a `test` whose daemon has these options, and whose tests have this `leaks`:
 *
 *     const test = testWith({ clock: 'frozen' })
 *
 * @throws QueratorError if an option is unknown, or `leaks` is invalid
 */
export function testWith(options: FixtureOptions): QueratorTest {
  const endpoint = options.endpoint ?? inject('queratorEndpoint')
  const { leaks, ...given } = splitOptions({ ...inject('queratorOptions'), ...options }, 'testWith')
  const daemonOptions = { callSites: true, ...given.daemonOptions, ...(endpoint === undefined ? {} : { endpoint }) }
  const test = base.extend<OwnFixtures>({
    daemon: [
      // biome-ignore lint/correctness/noEmptyPattern: Vitest reads the names of fixtures from the pattern
      async ({}, use) => {
        const daemon = await startTestDaemon(daemonOptions)
        await use(daemon)
        await daemon.close()
      },
      { scope: 'file' },
    ],
    client: async ({ daemon }, use) => use(daemon.client),
    // Looked up on use only, because a server elsewhere has no clock.
    clock: async ({ daemon }, use) => use(standIn(() => daemon.clock, ['advance'])),
    // Automatic, so that tests which use only the daemon are reported too.
    queuesOfTest: [
      async ({ daemon, task, onTestFinished }, use) => {
        const { name, file, timeout } = task
        const queues = new QueuesOfTest(daemon, { name, file: file.filepath, timeout, leaks })
        // The last hook of the test. Vitest prints an error thrown after use() twice.
        onTestFinished(async () => {
          const report = await queues.end(endOf(task))
          // Vitest prints it after the failure.
          if (report !== undefined)
            task.result?.errors?.push({ name: 'Querator', message: report.text, stack: '', stacks: [] })
        })
        await use(queues)
      },
      { auto: true },
    ],
    createQueue: async ({ queuesOfTest }, use) => use(queuesOfTest.create),
    leaks: async ({ queuesOfTest }, use) => use(queuesOfTest.leaks),
    queue: async ({ createQueue }, use) => use(await createQueue()),
  })
  const attached = Boolean(daemonOptions.endpoint ?? process.env.QUERATOR_ENDPOINT)
  return Object.assign(test, { embedded: (attached ? test.skip : test) as QueratorTest['embedded'] }) as QueratorTest
}

/** Returns how a test ended. Call it after the hooks. */
function endOf({ fails, result }: RunnerTestCase): EndOfTest {
  if (fails) return { outcome: 'not reported' }
  if (result?.state === 'pass' || result?.state === 'run') return { outcome: 'passed' }
  const errors = result?.state === 'fail' ? result.errors : undefined
  return errors === undefined ? { outcome: 'not reported' } : { outcome: 'failed', errors }
}

/**
 * Vitest's `test` with the fixtures.
 *
 *     test('an order is paid', async ({ queue, clock }) => { … })
 */
export const test: QueratorTest = testWith({})
