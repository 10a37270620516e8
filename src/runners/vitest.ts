/**
 * Vitest: `test` with fixtures. A daemon for each file, started when it is first used; a queue for each test, gone
 * after it; nothing to configure and nothing to clean up.
 */
import type { TestAPI } from 'vitest'
import {
  type QueratorClient,
  QueratorError,
  type QueueAssertions,
  queueMatchers,
  snapshotSerializer,
  startTestDaemon,
  type TestClock,
  type TestDaemon,
  type TestDaemonOptions,
  type TestQueue,
} from '../index.js'
import { type CreateQueue, QueuesOfTest } from './queues-of-test.js'
import { standIn } from './stand-in.js'

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
}

/** Vitest's `test` with these fixtures, and a kind that is skipped where the daemon is a server elsewhere. */
export type QueratorTest = TestAPI<QueratorFixtures> & { readonly embedded: TestAPI<QueratorFixtures>['skip'] }

declare module 'vitest' {
  interface ProvidedContext {
    /** The URL of the daemon that `querator-test/global-setup` started. */
    queratorEndpoint?: string
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
    throw new QueratorError(
      0,
      'querator-test/vitest is for test files that Vitest runs (npx vitest); in Jest use querator-test/jest, elsewhere use startTestDaemon() of querator-test',
    )
  }
  try {
    return await import('vitest')
  } catch (cause) {
    throw new QueratorError(0, 'querator-test/vitest needs Vitest 3 or later: npm install --save-dev vitest', { cause })
  }
}

expectOfVitest.extend(queueMatchers)
expectOfVitest.addSnapshotSerializer(snapshotSerializer)

/** Vitest's `expect`, with the matchers of queues: `await expect(queue).toBeDrained()`. */
export const expect: typeof expectOfVitest = expectOfVitest

/**
 * Vitest's `test` with a daemon that has these options, as for `startTestDaemon`:
 * `const test = testWith({ clock: 'frozen' })`.
 */
export function testWith(options: TestDaemonOptions): QueratorTest {
  const endpoint = options.endpoint ?? inject('queratorEndpoint')
  const daemonOptions = { callSites: true, ...options, ...(endpoint === undefined ? {} : { endpoint }) }
  const test: TestAPI<QueratorFixtures> = base.extend<QueratorFixtures>({
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
    clock: async ({ daemon }, use) => use(standIn(() => daemon.clock)),
    createQueue: async ({ daemon, task }, use) => {
      const queues = new QueuesOfTest(daemon, task.name, task.timeout)
      await use(queues.create)
      await queues.remove()
    },
    queue: async ({ createQueue }, use) => use(await createQueue()),
  })
  const attached = Boolean(daemonOptions.endpoint ?? process.env.QUERATOR_ENDPOINT)
  return Object.assign(test, { embedded: (attached ? test.skip : test) as TestAPI<QueratorFixtures>['skip'] })
}

/** Vitest's `test` with the fixtures above. `test.embedded` is for tests that need the clock of a daemon in the process. */
export const test: QueratorTest = testWith({})
