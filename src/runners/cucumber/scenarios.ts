/** Begins and ends the scenarios of a process. Each feature has a daemon of its own. */
import { FileDaemon } from '../../fixtures/file-daemon.js'
import { type FixtureOptions, splitOptions } from '../../fixtures/fixture-options.js'
import { trackOpenRequests } from '../../fixtures/release-sockets.js'
import { Turns } from '../../fixtures/turns.js'
import { brakeFromNowOn, type EndOfTest, type TestReport, usageError } from '../../internal.js'
import type { CucumberModule, HookParameter, World } from './cucumber-module.js'

/** Cucumber's own: the timeout of the running step. */
const OPEN = { Timeout: 1 }
/** Cucumber limits steps, and no scenario. */
const NO_TIMEOUT = 0

const ADVICE = 'use queue and createQueue in one scenario at a time'

/** The scenarios. Cucumber runs one after the other in a process. */
export class Scenarios {
  readonly #daemons = new Map<string, FileDaemon>()
  #options: FixtureOptions = {}
  readonly #turns = new Turns()
  /** The daemon of the running scenario. */
  #daemon: FileDaemon | undefined

  constructor(cucumber: CucumberModule) {
    const scenarios = this
    const releaseSockets = trackOpenRequests()
    cucumber.Before(async function (parameter) {
      await scenarios.#begin(this, parameter)
    })
    // Cucumber runs these in the opposite order of their declaration.
    cucumber.After(async function (parameter) {
      await scenarios.#end(this, parameter)
    })
    cucumber.AfterAll(async () => {
      releaseSockets()
      brakeFromNowOn()
      await Promise.all([...this.#daemons.values()].map((daemon) => daemon.leave()))
    })
  }

  /** Returns the daemon of the running feature. @throws QueratorError outside of a scenario */
  daemon(): FileDaemon {
    if (this.#daemon !== undefined) return this.#daemon
    throw usageError(
      'the daemon, its clock and its queues belong to a scenario; use them in steps, or in Before and After',
    )
  }

  /** Sets the options of all features. @throws QueratorError if an option is unknown or invalid, or a scenario has begun */
  configure(options: FixtureOptions): void {
    if (this.#daemons.size > 0) {
      throw usageError(
        'configureDaemon was called too late: a scenario has begun; call it in a support file, outside of hooks',
      )
    }
    const all = { ...this.#options, ...options }
    splitOptions(all, 'configureDaemon')
    this.#options = all
  }

  async #begin(world: World, { pickle }: HookParameter): Promise<void> {
    const daemon = this.#daemons.get(pickle.uri) ?? new FileDaemon(ADVICE, this.#options)
    this.#daemons.set(pickle.uri, daemon)
    this.#daemon = daemon
    const beginning = { name: pickle.name, file: pickle.uri, timeout: NO_TIMEOUT, open: OPEN }
    const test = await this.#turns.begin(daemon.tests, beginning)
    // Cucumber gave up this scenario while the server made its queue.
    if (test === undefined) return
    const { create: createQueue, leaks } = test.queues
    // A server elsewhere has no clock, which is said when it is used.
    const { client, clock } = daemon.fixtures
    Object.assign(world, { daemon: daemon.open(), client, clock, queue: test.queue, createQueue, leaks })
  }

  async #end(world: World, parameter: HookParameter): Promise<void> {
    try {
      const report = await this.#turns.end(endOf(parameter))
      if (report !== undefined) await this.#show(world, report)
    } finally {
      this.#daemon = undefined
    }
  }

  async #show(world: World, report: TestReport): Promise<void> {
    // As bytes, because formatters print an attached text, and a page is long.
    world.attach(Buffer.from(await report.page()), 'text/html')
    throw reportError(report.text)
  }
}

/** The report as one more error of a failed scenario. Most formatters of Cucumber 13 print errors, and no attachments. */
function reportError(text: string): Error {
  const error = new Error(text)
  error.name = 'Querator'
  error.stack = `Querator: ${text}`
  return error
}

function endOf({ result, willBeRetried }: HookParameter): EndOfTest {
  if (result?.status === 'PASSED') return { outcome: 'passed' }
  if (result?.status !== 'FAILED' || willBeRetried) return { outcome: 'not reported' }
  return { outcome: 'failed', errors: [{ message: result.message ?? '' }] }
}
