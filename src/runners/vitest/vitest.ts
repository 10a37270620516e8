/**
 * `querator-test/vitest`: Vitest's `test` with fixtures. Each file has a daemon that starts on first use. Each test has a queue that is
 * deleted after it.
 */
import type { ExpectStatic, TestAPI } from 'vitest'
import { type FixtureOptions, splitOptions } from '../../fixtures/fixture-options.js'
import { type CreateQueue, QueuesOfTest, type SetLeaks } from '../../fixtures/queues-of-test.js'
import { standIn } from '../../fixtures/stand-in.js'
import {
  type QueratorClient,
  queueMatchers,
  snapshotSerializer,
  startTestDaemon,
  type TestClock,
  type TestDaemon,
  type TestQueue,
} from '../../index.js'
import { loadedVitest } from './loaded-vitest.js'
import { endOf, fullName, showReport } from './vitest-task.js'
import './vitest-types.js'

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

const { expect: expectOfVitest, inject, test: base } = await loadedVitest('querator-test/vitest')

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
  const ofRun = inject('queratorOptions') ?? {}
  splitOptions(ofRun, 'queratorOptions')
  const { leaks, ...given } = splitOptions({ ...ofRun, ...options }, 'testWith')
  const daemonOptions = { callSites: true, ...given.daemonOptions, ...(endpoint === undefined ? {} : { endpoint }) }
  const test = base.extend<OwnFixtures>({
    daemon: [
      // biome-ignore lint/correctness/noEmptyPattern: Vitest reads the names of fixtures from the pattern
      async ({}, use) => {
        const daemon = await startTestDaemon(daemonOptions)
        daemon.forRunner.isOfFixtures = true
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
      async ({ daemon, task, annotate, onTestFinished }, use) => {
        const { name, file, timeout } = task
        const queues = new QueuesOfTest(daemon, {
          name,
          title: () => fullName(task),
          file: file.filepath,
          timeout,
          leaks,
        })
        // The last hook of the test. Vitest prints an error thrown after use() twice.
        onTestFinished(async () => {
          await showReport({ task, annotate }, await queues.end(endOf(task)))
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

/**
 * Vitest's `test` with the fixtures.
 *
 *     test('an order is paid', async ({ queue, clock }) => { … })
 */
export const test: QueratorTest = testWith({})
