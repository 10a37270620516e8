/** The daemons of a test file, in the outer realm of its Jest environment. */
import type { FixtureOptions } from '../../fixtures/fixture-options.js'
import { VERSION } from '../../index.js'
import { type DaemonHost, newDaemon, orGiveUp, timersNow, usageError } from '../../internal.js'
import { addError, addReport, type CircusState, type CircusTest, endOf, timeoutOf } from './circus.js'
import type { ModuleFunction } from './compiled-once.js'
import type { JestEvents } from './jest-events.js'

type Daemon = ReturnType<typeof newDaemon>

/** An event of jest-circus. */
export interface CircusEvent {
  readonly name: string
  readonly test?: CircusTest
}

/** What Jest says once it knows that a test is not skipped. The oldest versions have no event of their own for it. */
const BEGINNINGS = ['test_started', 'hook_start', 'test_fn_start']

/** Makes daemons for the tests of a file, and passes on what happens in the file. */
export class EnvironmentHost implements DaemonHost {
  readonly version = VERSION
  /** The options that the configuration or the docblock gives the daemon of the file. */
  readonly options: FixtureOptions
  /** Returns a file of this package as a function of the realm of the tests. Undefined in an environment without a context. */
  moduleFunction: ((path: string) => ModuleFunction) | undefined
  /** How many timers Jest itself had open before it loaded the test file: one if it shows its progress from this process. */
  readonly jestsTimers = timersNow()
  /** Set by `querator-test/jest`, when the file or a setup file loads it. */
  listener: JestEvents | undefined
  readonly #realm: typeof globalThis
  readonly #file: string
  readonly #daemons = new Set<Daemon>()
  #begun: CircusTest | undefined

  constructor(realm: typeof globalThis, file: string, options: FixtureOptions) {
    this.#realm = realm
    this.#file = file
    this.options = options
  }

  newDaemon(options: Parameters<DaemonHost['newDaemon']>[0]): Daemon {
    // Closed daemons must not stay in memory until the end of the file.
    for (const one of this.#daemons) if (one.closed) this.#daemons.delete(one)
    const daemon = newDaemon(options, this.#realm)
    this.#daemons.add(daemon)
    return daemon
  }

  /** Passes on an event of jest-circus. Resolves when Jest may go on. */
  async event(event: CircusEvent, state: CircusState): Promise<void> {
    const { currentlyRunningTest: running } = state
    if (BEGINNINGS.includes(event.name) && running && this.#begun !== running) await this.#begin(running, state)
    if (event.name === 'test_done' && event.test !== undefined) await this.#end(event.test, state)
    if (event.name === 'run_finish' && this.listener) await this.#endFile(this.listener, state)
  }

  /** Closes the daemons. */
  async close(): Promise<void> {
    await Promise.all([...this.#daemons].map((daemon) => daemon.close()))
  }

  async #endFile(listener: JestEvents, state: CircusState): Promise<void> {
    try {
      await within(state, 'end the tests of the file', listener.endFile())
    } finally {
      listener.release()
    }
  }

  async #begin(test: CircusTest, state: CircusState): Promise<void> {
    // Jest runs the bodies of concurrent tests before it says that they start.
    if (this.listener === undefined || test.concurrent) return
    const timeout = timeoutOf(test, state)
    this.#begun = test
    try {
      const begun = this.listener.begin({ name: nameOf(test), file: this.#file, timeout })
      await within(state, 'create the queue of the test', begun)
    } catch (error) {
      addError(test, error)
    }
  }

  async #end(test: CircusTest, state: CircusState): Promise<void> {
    if (this.listener === undefined || this.#begun !== test) return
    this.#begun = undefined
    try {
      addReport(test, await within(state, 'delete the queues of the test', this.listener.end(endOf(test))))
    } catch (error) {
      addError(test, error)
    }
  }
}

/**
 * Settles like `work`, but not later than a hook would have to: Jest waits for its environments without a limit. The timeout of the test
 * itself may be too short, because it is only for the body.
 */
function within<T>(state: CircusState, what: string, work: Promise<T>): Promise<T> {
  const timeout = timeoutOf(undefined, state)
  return orGiveUp(work, timeout, () => {
    throw lateError(what, timeout)
  })
}

function lateError(what: string, timeout: number): Error {
  const server = process.env.QUERATOR_ENDPOINT
  const who = server ? `the server at ${server} (QUERATOR_ENDPOINT)` : 'the daemon of the file'
  return usageError(`${who} did not ${what} within ${timeout} ms, the testTimeout of Jest`)
}

/** The name as `expect.getState()` has it. */
function nameOf(test: CircusTest): string {
  const names = [test.name]
  for (let block = test.parent; block?.parent !== undefined; block = block.parent) names.unshift(block.name)
  return names.join(' ')
}
