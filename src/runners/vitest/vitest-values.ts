/**
 * `querator-test/vitest/values`: a daemon for each test file, and a queue for each test that is deleted after it, as values to import. For
 * suites that keep Vitest's own `test`. It needs the setup file `querator-test/vitest/setup`.
 */
import { FileDaemon } from '../../fixtures/file-daemon.js'
import { type FixtureOptions, splitOptions } from '../../fixtures/fixture-options.js'
import { oneCopy } from '../../fixtures/one-copy.js'
import type { CreateQueue, SetLeaks } from '../../fixtures/queues-of-test.js'
import {
  type QueratorClient,
  queueMatchers,
  snapshotSerializer,
  type TestClock,
  type TestDaemon,
  type TestQueue,
} from '../../index.js'
import { usageError } from '../../internal.js'
import { fileTurn } from './file-turn.js'
import { loadedVitest } from './loaded-vitest.js'
import { endOf, fullName, showReport } from './vitest-task.js'
import './vitest-types.js'

export type { CreateQueue, FixtureOptions, SetLeaks }

const ENTRY = 'querator-test/vitest/values'
const { expect, inject } = await loadedVitest(ENTRY)

const ADVICE = "take it from the test itself: import { test } from 'querator-test/vitest', or use Vitest 4.1 or later"

/** Returns the options of the file that runs now. */
function optionsOfFile(): FixtureOptions {
  const { options: ofEnvironment = {} } = fileTurn()
  splitOptions(ofEnvironment, 'environmentOptions.querator')
  const options = { ...inject('queratorOptions'), ...ofEnvironment }
  const endpoint = options.endpoint ?? inject('queratorEndpoint')
  return endpoint === undefined ? options : { ...options, endpoint }
}

function valuesOfWorker() {
  const turn = fileTurn()
  if (turn.files === 0) {
    throw usageError(
      `${ENTRY} needs its setup file: add setupFiles: ['querator-test/vitest/setup'] or the plugin querator-test/vitest/plugin to Vitest's configuration`,
    )
  }
  expect.extend(queueMatchers)
  expect.addSnapshotSerializer(snapshotSerializer)
  const file = new FileDaemon(ADVICE, optionsOfFile())
  const { tests } = file
  turn.events = {
    beginFile: () => file.next(optionsOfFile()),
    async begin(shown, apart) {
      const { task } = shown
      const { name, timeout, file: testFile } = task
      const attempt = task.result?.retryCount
      const test = await tests.begin({
        name,
        title: () => fullName(task),
        file: testFile.filepath,
        timeout,
        apart,
      })
      if (task.result?.state !== 'run' || task.result.retryCount !== attempt) {
        await tests.end(test, { outcome: 'not reported' })
        throw usageError(`the queue of '${name}' came after Vitest gave up the test: is the server slow?`)
      }
      return {
        run: (body) => tests.inside(test, body),
        end: async () => showReport(shown, await tests.end(test, endOf(task))),
      }
    },
    async endFile() {
      await tests.endAll()
      await file.retire()
    },
  }
  return { ...file.fixtures, isEmbedded: () => !file.attached }
}

const values = oneCopy('vitest-values', import.meta.url, valuesOfWorker)

/** The daemon of this test file. It starts when a test first uses it. */
export const daemon: TestDaemon = values.daemon
/** The typed client of the daemon. */
export const client: QueratorClient = values.client
/** The clock of the daemon. If you move it, time moves for tests of this file that run at the same time, too. */
export const clock: TestClock = values.clock
/** The queue of the running test. Each test has a new one, which is deleted after the test. */
export const queue: TestQueue = values.queue
/** Creates more queues for the running test. They are deleted after the test. Outside of a test, they last as long as the file. */
export const createQueue: CreateQueue = values.createQueue
/**
 * Sets the options of the daemon of this test file. Call it at the top of the file or in a setup file, before anything uses the daemon.
 *
 *     configureDaemon({ clock: 'frozen', leaks: 'error' })
 *
 * @throws QueratorError if an option is unknown or invalid, or the daemon is running already
 */
export const configureDaemon: (options: FixtureOptions) => void = values.configureDaemon
/**
 * Sets what happens if the running test leaves items leased, leases waiting or calls without `await`: `leaks('off')`. For all tests of
 * a file, write `configureDaemon({ leaks: 'error' })`.
 */
export const leaks: SetLeaks = values.leaks
/**
 * Returns whether the daemon of this test file runs in this process, and not on a server elsewhere. For tests that need the clock:
 * `test.runIf(isEmbedded())('…')`.
 */
export const isEmbedded: () => boolean = values.isEmbedded
