/** node:test: a daemon for each test file, and a queue for each test that is gone after it. */
import { afterEach, beforeEach } from 'node:test'
import { MessageChannel } from 'node:worker_threads'
import { openTestDaemon } from '../index.js'
import { type HookedFixtures, hookedFixtures } from './hooked.js'

let testName = 'queue'
/** Keep the process while tests run: node:test gives a test up as soon as only our own timers are left. */
const running: MessageChannel[] = []
const fixtures: HookedFixtures = hookedFixtures(
  {
    beforeEach: (hook) =>
      beforeEach((context) => {
        testName = (context as { name?: string } | undefined)?.name ?? 'queue'
        const channel = new MessageChannel()
        channel.port1.ref()
        running.push(channel)
        return hook()
      }),
    afterEach: (hook) =>
      afterEach(async () => {
        await hook()
        running.pop()?.port1.close()
      }),
    testName: () => testName,
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
