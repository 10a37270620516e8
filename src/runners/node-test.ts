/** node:test: a daemon for each test file, and a queue for each test that is gone after it. */
import { afterEach, beforeEach, test as nodeTest } from 'node:test'
import { MessageChannel } from 'node:worker_threads'
import { FileDaemon, type FileFixtures } from './file-fixtures.js'
import { oneCopy } from './one-copy.js'
import type { RunningTest } from './running-tests.js'
import { withEmbedded, wrappedTest } from './wrapped-test.js'

/** What hangs on the runner's `test` and takes a body. */
const KINDS = ['only', 'skip', 'todo', 'expectFailure', 'test', 'it']

/** A test that runs, and what keeps the process meanwhile: node:test gives it up when only our own timers are left. */
interface Held {
  readonly test: RunningTest
  readonly channel: MessageChannel
}

type TestOfNode = typeof nodeTest

/** What node:test tells a hook and a body alike. */
interface Context {
  readonly name?: string
  readonly fullName?: string
}

function fixturesOfFile() {
  const file = new FileDaemon("import { test } from 'querator-test/node-test' and use that one")
  const { tests } = file
  const running = new Map<unknown, Held>()
  beforeEach(async (context) => {
    const { fullName, name = 'queue' } = (context ?? {}) as Context
    const test = await tests.begin({ name: fullName ?? name })
    const channel = new MessageChannel()
    channel.port1.ref()
    running.set(context, { test, channel })
  })
  afterEach(async (context) => {
    const held = running.get(context)
    running.delete(context)
    try {
      await tests.end(held?.test)
    } finally {
      held?.channel.port1.close()
    }
  })
  const test = wrappedTest(nodeTest, KINDS, (_, body) => {
    return function (this: unknown, ...args) {
      const run = () => Reflect.apply(body, this, args)
      const held = running.get(args[0])
      return held === undefined ? run() : tests.inside(held.test, run)
    }
  })
  return { ...file.fixtures, test: withEmbedded(test, () => file.attached) }
}

const fixtures = oneCopy('node-test', import.meta.url, fixturesOfFile)

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
 * Options for the daemon of this test file, as for `startTestDaemon`: at the top of the file.
 * @throws QueratorError when the daemon was used already
 */
export const configureDaemon: FileFixtures['configureDaemon'] = fixtures.configureDaemon
/**
 * The `test` of node:test, for files whose tests run at the same time: `queue` and `createQueue` know inside of it which
 * test asks. `test.embedded` is skipped where the daemon is a server elsewhere: for tests that need its clock.
 */
export const test: TestOfNode & { readonly embedded: TestOfNode } = fixtures.test
