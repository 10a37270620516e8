/**
 * Vitest: `test` with fixtures. A daemon for each file, started when it is first used; a queue for each test, gone
 * after it; nothing to configure and nothing to clean up.
 */
import { test as base, type TestAPI } from 'vitest'
import { type QueratorClient, startTestDaemon, type TestClock, type TestDaemon, type TestQueue } from '../index.js'
import { type CreateQueue, QueuesOfTest } from './queues-of-test.js'
import { standIn } from './stand-in.js'

export { expect } from 'vitest'

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

/** Vitest's `test` with the fixtures above. */
export const test: TestAPI<QueratorFixtures> = base.extend<QueratorFixtures>({
  daemon: [
    // biome-ignore lint/correctness/noEmptyPattern: Vitest reads the names of fixtures from the pattern
    async ({}, use) => {
      const daemon = await startTestDaemon()
      await use(daemon)
      await daemon.close()
    },
    { scope: 'file' },
  ],
  client: async ({ daemon }, use) => use(daemon.client),
  // Only looked at when it is used: a server elsewhere has no clock to move.
  clock: async ({ daemon }, use) => use(standIn(() => daemon.clock)),
  createQueue: async ({ daemon, task }, use) => {
    const queues = new QueuesOfTest(daemon, task.name)
    await use(queues.create)
    await queues.remove()
  },
  queue: async ({ createQueue }, use) => use(await createQueue()),
})
