/** `querator-test/cucumber`: a daemon for each feature, and a queue for each scenario that is deleted after it. Import it in a support file. */
import { type FileFixtures, fixturesOf } from '../../fixtures/file-daemon.js'
import type { FixtureOptions } from '../../fixtures/fixture-options.js'
import { oneCopy } from '../../fixtures/one-copy.js'
import type { CreateQueue, SetLeaks } from '../../fixtures/queues-of-test.js'
import type { QueratorClient, TestClock, TestDaemon, TestQueue } from '../../index.js'
import { cucumberModule } from './cucumber-module.js'
import { Scenarios } from './scenarios.js'

export { type AssertedQueue, assertQueue } from '../../fixtures/assert-queue.js'
export type { CreateQueue, FixtureOptions, SetLeaks }

/** What `this` has in steps and hooks: `Given('an order', async function (this: QueratorWorld) { await this.queue.produce({}) })`. */
export interface QueratorWorld {
  /** The daemon of the feature. */
  readonly daemon: TestDaemon
  /** The typed client of the daemon. */
  readonly client: QueratorClient
  /** The clock of the daemon. */
  readonly clock: TestClock
  /** The queue of the scenario. It is deleted after the scenario. */
  readonly queue: TestQueue
  /** Creates more queues for the scenario. They are deleted after the scenario. */
  readonly createQueue: CreateQueue
  /** Sets what happens if the scenario leaves items leased, leases waiting or calls without `await`: `this.leaks('off')`. */
  readonly leaks: SetLeaks
}

function fixturesOfRun(): FileFixtures {
  const scenarios = new Scenarios(cucumberModule())
  return {
    ...fixturesOf(() => scenarios.daemon()),
    configureDaemon: (options) => scenarios.configure(options),
  }
}

const made = oneCopy('cucumber', import.meta.url, fixturesOfRun)

/** The daemon of the feature. `this.daemon` in steps. */
export const daemon: TestDaemon = made.daemon
/** The typed client of the daemon. `this.client` in steps. */
export const client: QueratorClient = made.client
/** The clock of the daemon. `this.clock` in steps. */
export const clock: TestClock = made.clock
/** The queue of the running scenario. `this.queue` in steps. */
export const queue: TestQueue = made.queue
/** Creates more queues for the running scenario. They are deleted after it. `this.createQueue` in steps. */
export const createQueue: CreateQueue = made.createQueue
/**
 * Sets the options of the daemons of all features. Call it in a support file.
 *
 *     configureDaemon({ clock: 'frozen', leaks: 'error' })
 *
 * @throws QueratorError if an option is unknown or invalid, or a scenario has begun
 */
export const configureDaemon: (options: FixtureOptions) => void = made.configureDaemon
/**
 * Sets what happens if the running scenario leaves items leased, leases waiting or calls without `await`: `leaks('off')`. For all
 * scenarios, write `configureDaemon({ leaks: 'error' })`.
 */
export const leaks: SetLeaks = made.leaks
