/**
 * Vitest: `test` with fixtures. A daemon for each file, started when it is first used; a queue for each test, deleted
 * after it; nothing to configure and nothing to clean up.
 */
import type { RunnerTestCase, TestAPI } from 'vitest'
import { type FixtureOptions, splitOptions } from '../../fixtures/fixture-options.js'
import { type CreateQueue, type Leaks, QueuesOfTest } from '../../fixtures/queues-of-test.js'
import { standIn } from '../../fixtures/stand-in.js'
import {
  type EndOfTest,
  type QueratorClient,
  type QueueAssertions,
  queueMatchers,
  snapshotSerializer,
  startTestDaemon,
  type TestClock,
  type TestDaemon,
  type TestQueue,
} from '../../index.js'
import { usageError } from '../../internal.js'

/** What a test can ask for. */
export interface QueratorFixtures {
  /** The daemon of this file. */
  daemon: TestDaemon
  /** Its typed client. */
  client: QueratorClient
  /** Its clock. Moving it moves time for the other tests of this file too, when they run at the same time. */
  clock: TestClock
  /** A queue of this test's own. */
  queue: TestQueue
  /** Makes further queues of this test's own. */
  createQueue: CreateQueue
  /** Sets what happens when this test leaves items leased, leases waiting or calls without `await`: `leaks('off')`. */
  leaks: Leaks
}

/** And what they are made of. */
interface OwnFixtures extends QueratorFixtures {
  queuesOfTest: QueuesOfTest
}

/** Vitest's `test` with these fixtures, and a kind that is skipped where the daemon is a server elsewhere. */
export type QueratorTest = TestAPI<QueratorFixtures> & { readonly embedded: TestAPI<QueratorFixtures>['skip'] }

declare module 'vitest' {
  interface ProvidedContext {
    /** The URL of the daemon that `querator-test/global-setup` started. */
    queratorEndpoint?: string
    /** What all files of the run begin with, from `test.provide` of Vitest's configuration; `testWith` adds to it. */
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

/** @throws QueratorError that says what to write, where Vitest is not installed or does not run this file */
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

/** Vitest's `expect`, with the matchers of queues: `await expect(queue).toBeDrained()`. */
export const expect: typeof expectOfVitest = expectOfVitest

/**
 * Vitest's `test` with a daemon that has these options, as for `startTestDaemon`:
 * `const test = testWith({ clock: 'frozen' })`; and with `leaks`, for all its tests.
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
    // Only looked at when it is used: a server elsewhere has no clock to move.
    clock: async ({ daemon }, use) => use(standIn(() => daemon.clock, ['advance'])),
    // For each test, so that one that only uses the daemon is told of too.
    queuesOfTest: [
      async ({ daemon, task, onTestFinished }, use) => {
        const { name, file, timeout } = task
        const queues = new QueuesOfTest(daemon, { name, file: file.filepath, timeout, leaks })
        // The last of the hooks. What fails after use() is told twice.
        onTestFinished(async () => {
          const report = await queues.end(endOf(task))
          // Printed behind what it failed with.
          if (report !== undefined)
            task.result?.errors?.push({ name: 'Querator', message: report, stack: '', stacks: [] })
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

/** How a test went, asked when its hooks have run. */
function endOf({ fails, result }: RunnerTestCase): EndOfTest {
  const state = fails ? 'as it should' : result?.state
  if (state === 'pass' || state === 'run') return { errors: undefined }
  return { errors: state === 'fail' ? (result?.errors ?? []) : [] }
}

/** Vitest's `test` with the fixtures above. `test.embedded` is for tests that need the clock of a daemon in the process. */
export const test: QueratorTest = testWith({})
