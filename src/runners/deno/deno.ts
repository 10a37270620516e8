/** `querator-test/deno`: a daemon for each test file, and a queue for each test that is deleted after it, for `deno test`. */
import { FileDaemon, type FileFixtures } from '../../fixtures/file-daemon.js'
import type { FixtureOptions } from '../../fixtures/fixture-options.js'
import { oneCopy } from '../../fixtures/one-copy.js'
import type { CreateQueue, SetLeaks } from '../../fixtures/queues-of-test.js'
import { withEmbedded } from '../../fixtures/wrapped-test.js'
import type { QueratorClient, TestClock, TestDaemon, TestQueue } from '../../index.js'
import { brakeFromNowOn } from '../../internal.js'
import { type DenoTest, type DenoTestBody, denoTest } from './deno-test.js'
import { runTest } from './run-test.js'

export { type AssertedQueue, assertQueue } from '../../fixtures/assert-queue.js'
export type { DenoTestContext, DenoTestOptions } from './deno-test.js'
export type { CreateQueue, DenoTest, DenoTestBody, FixtureOptions, SetLeaks }

/** Deno's `Deno.test`, with `test.embedded`. */
export type EmbeddedDenoTest = DenoTest & {
  /** A test that is ignored if the daemon is a server elsewhere. For tests that need the clock, for example. */
  readonly embedded: DenoTest
}

function fixturesOfFile(): FileFixtures & { readonly test: EmbeddedDenoTest } {
  const file = new FileDaemon('use queue and createQueue in one test at a time')
  const deno = denoTest()
  deno.afterAll(async () => {
    brakeFromNowOn()
    await file.leave()
  })
  const wrapped = (body: DenoTestBody): DenoTestBody => {
    return (context) => runTest(file.tests, context, () => body(context))
  }
  const test = wrapping(deno, wrapped)
  const known = Object.assign(test, { only: wrapping(deno.only, wrapped), ignore: wrapping(deno.ignore, wrapped) })
  const skipping = Object.assign(known, { skip: known.ignore })
  return { ...file.fixtures, test: withEmbedded(skipping, () => file.attached) as unknown as EmbeddedDenoTest }
}

/** Returns `declare` with the body wrapped: the last argument, or `fn` of the options. */
function wrapping(declare: (...args: unknown[]) => void, wrapped: (body: DenoTestBody) => DenoTestBody) {
  return (...args: unknown[]) => {
    const name = args.find((arg) => typeof arg === 'function')?.name
    declare(
      ...args.map((arg) => (typeof arg === 'function' ? named(wrapped(arg as DenoTestBody), name) : ofOptions(arg))),
    )
  }

  function ofOptions(arg: unknown): unknown {
    const { fn } = Object(arg) as { fn?: unknown }
    return typeof fn === 'function' ? { ...(arg as object), fn: named(wrapped(fn as DenoTestBody), fn.name) } : arg
  }
}

/** Deno takes the name of a test from its body if none is given. */
function named(body: DenoTestBody, name: string | undefined): DenoTestBody {
  return Object.defineProperty(body, 'name', { value: name ?? '' })
}

const made = oneCopy('deno', import.meta.url, fixturesOfFile)

/** The daemon of this test file. It starts when a test first uses it. */
export const daemon: TestDaemon = made.daemon
/** The typed client of the daemon. */
export const client: QueratorClient = made.client
/** The clock of the daemon. If you move it, time moves for all queues of this file. */
export const clock: TestClock = made.clock
/** The queue of the running test. Each test has a new one, which is deleted after the test. */
export const queue: TestQueue = made.queue
/** Creates more queues for the running test. They are deleted after the test. Outside of a test, they last as long as the file. */
export const createQueue: CreateQueue = made.createQueue
/**
 * Sets the options of the daemon of this test file. Call it at the top of the file, before anything uses the daemon.
 *
 *     configureDaemon({ clock: 'frozen', leaks: 'error' })
 *
 * @throws QueratorError if an option is unknown or invalid, or the daemon is running already
 */
export const configureDaemon: (options: FixtureOptions) => void = made.configureDaemon
/**
 * Sets what happens if the running test leaves items leased, leases waiting or calls without `await`: `leaks('off')`. For all tests of
 * a file, write `configureDaemon({ leaks: 'error' })`.
 */
export const leaks: SetLeaks = made.leaks
/** Deno's `Deno.test`, with `test.embedded`. Only its tests have queues. */
export const test: EmbeddedDenoTest = made.test
