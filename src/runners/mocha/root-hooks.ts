/** The root hooks: they begin and end each test, and tell which file it belongs to. */
import { AsyncResource } from 'node:async_hooks'
import type { FileDaemon } from '../../fixtures/file-daemon.js'
import { trackOpenRequests } from '../../fixtures/release-sockets.js'
import type { RunningTest } from '../../fixtures/running-tests.js'
import { brakeFromNowOn } from '../../internal.js'
import type { DaemonsOfFiles } from './daemons-of-files.js'
import {
  addReport,
  endOf,
  type HookContext,
  hooksIn,
  runLast,
  type Seen,
  type Suite,
  testFilesIn,
} from './mocha-run.js'

/** The hooks, as Mocha takes them from a file that it loads with `--require`. */
export interface MochaRootHooks {
  /** Runs before the first test. */
  readonly beforeAll: () => void
  /** Runs before each test. */
  readonly beforeEach: () => Promise<void>
  /** Runs after each test, after your own hooks. */
  readonly afterEach: () => Promise<void>
  /** Runs after the last test, after your own hooks. */
  readonly afterAll: () => Promise<void>
}

/** Mocha's own: the timeout of the running test. */
const OPEN = { Timeout: 1 }
/** How long a test may take to begin or end, in milliseconds. If one of our hooks takes longer than its timeout, Mocha ends the run. */
const LONGEST = 10_000

/** A test between its first hook and its last. */
interface Turn extends Seen {
  readonly file: FileDaemon
  running?: RunningTest
  /** Why the test could not begin. */
  refused?: { readonly error: unknown }
}

/** Follows the tests of a run. */
export class RootHooks {
  readonly hooks: MochaRootHooks
  readonly #files: DaemonsOfFiles
  readonly #releaseSockets = trackOpenRequests()
  #turn: Turn | undefined

  constructor(files: DaemonsOfFiles) {
    this.#files = files
    const follow = this
    this.hooks = {
      beforeAll(this: unknown) {
        follow.#start((this as HookContext).test.parent)
      },
      beforeEach(this: unknown) {
        return follow.#begin(this as HookContext)
      },
      afterEach(this: unknown) {
        const context = this as HookContext
        // Fails the test. If the hook failed, Mocha would end the run.
        return follow.#end(context).catch((error: unknown) => context.test.error(error))
      },
      afterAll(this: unknown) {
        return follow.#endFiles(this as HookContext)
      },
    }
  }

  #start(root: Suite): void {
    const ours: unknown[] = Object.values(this.hooks)
    this.#files.loaded(testFilesIn(root))
    runLast(root, ours)
    for (const hook of hooksIn(root, ours)) {
      const run = hook.run.bind(hook)
      hook.run = (done) => {
        const ended = AsyncResource.bind((error?: unknown) => {
          if (error) this.#turn?.failures.push({ of: hook, error })
          done(error)
        })
        this.#files.within(hook.file ?? this.#turn?.test.file, () => run(ended))
      }
    }
  }

  async #begin(context: HookContext): Promise<void> {
    const test = context.currentTest
    if (test === undefined) return
    allowLongest(context)
    const file = this.#files.of(test.file ?? '')
    const turn: Turn = { test, file, failures: [] }
    this.#turn = turn
    this.#files.run(() => fileOf(turn))
    watchBody(this.#files, turn)
    try {
      const beginning = { name: test.fullTitle(), file: test.file, timeout: () => test.timeout(), open: OPEN }
      turn.running = await file.tests.begin(beginning)
    } catch (error) {
      // If this hook failed, Mocha would end the run.
      turn.refused = { error }
    }
  }

  async #end(context: HookContext): Promise<void> {
    const turn = this.#turn
    if (turn === undefined) return
    allowLongest(context)
    this.#turn = undefined
    try {
      const report = await turn.file.tests.end(turn.running, endOf(turn))
      if (report !== undefined) addReport(turn, report.text)
    } finally {
      this.#files.run(undefined)
    }
  }

  async #endFiles(context: HookContext): Promise<void> {
    // A hook of the user that fails outside of any describe keeps the last test from ending.
    await this.#end(context)
    this.#releaseSockets()
    if (!runsMoreFiles()) brakeFromNowOn()
    await this.#files.retire()
  }
}

function allowLongest(context: HookContext): void {
  const limit = context.timeout()
  if (limit > 0) context.timeout(Math.max(limit, LONGEST))
}

/** @throws the error with which the test could not begin */
function fileOf({ refused, file }: Turn): FileDaemon {
  if (refused !== undefined) throw refused.error
  return file
}

/** Notes how the body of a test ends. What it calls belongs to the test, also after it has ended. */
function watchBody(files: DaemonsOfFiles, turn: Turn): void {
  const { test, file } = turn
  const run = test.run.bind(test)
  test.run = (done) => {
    // Mocha goes on outside of the body.
    const ended = AsyncResource.bind((error?: unknown) => {
      if (error) turn.failures.push({ of: test, error })
      done(error)
    })
    const { running, refused } = turn
    if (running === undefined) ended(refused?.error)
    else files.within(test.file, () => file.tests.inside(running, () => run(ended)))
  }
}

/** Whether this process goes on after the files that it has loaded: as a worker of `--parallel`, or with `--watch`. */
function runsMoreFiles(): boolean {
  const isWatching = process.getActiveResourcesInfo().some((kind) => kind.startsWith('FSEvent'))
  return process.env.MOCHA_WORKER_ID !== undefined || isWatching
}
