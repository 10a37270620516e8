/** Which test runs, and how it ended. `bun test` tells hooks neither, so the bodies of tests are wrapped. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { FileDaemon } from '../../fixtures/file-daemon.js'
import type { RunningTest } from '../../fixtures/running-tests.js'
import type { Wrap } from '../../fixtures/wrapped-test.js'
import type { EndOfTest } from '../../internal.js'
import { type BunTestModule, runningFile } from './bun-test.js'

/** What Bun gives a test by default, in milliseconds. It does not tell of another timeout. */
const USUAL_TIMEOUT = 5000
/** The name of a test before its body begins. */
const UNKNOWN = 'queue'

/** A test with its own turn. */
interface Turn {
  readonly file: FileDaemon
  readonly running: RunningTest
  /** Undefined for a test of Bun's own `test`. */
  title?: string
  end?: EndOfTest
  isOver?: boolean
}

/** The tests of a process. */
export class BunTurns {
  readonly #bun: BunTestModule
  readonly #around = new AsyncLocalStorage<FileDaemon>()
  #current: { readonly path: string; readonly daemon: FileDaemon } | undefined
  #turn: Turn | undefined

  constructor(bun: BunTestModule) {
    this.#bun = bun
    bun.beforeEach(() => this.#begin())
    bun.afterAll(async () => this.#current?.daemon.leave())
  }

  /** Returns the daemon of the file that asks. Bun runs one file after the other. */
  file(): FileDaemon {
    const around = this.#around.getStore()
    if (around !== undefined) return around
    const path = runningFile()
    if (this.#current?.path !== path) {
      // What it cannot delete on a server, the next run deletes.
      this.#current?.daemon.leave().catch(() => undefined)
      this.#current = { path, daemon: new FileDaemon('import { test } from querator-test/bun and use that one') }
    }
    return this.#current.daemon
  }

  /** Returns the body of a test that notes how it ends. */
  readonly wrap: Wrap = (title, body) => {
    const turns = this
    return function (this: unknown, ...args) {
      const turn = turns.#turn
      const call = () => Reflect.apply(body, this, args) as unknown
      // Bun runs concurrent tests without a turn.
      return turn === undefined ? turns.#concurrent(title, call) : turns.#inTurn(turn, title, call)
    }
  }

  async #begin(): Promise<void> {
    await this.#end(this.#turn)
    const own: { turn?: Turn; isOver?: boolean } = {}
    try {
      this.#bun.onTestFinished(() => {
        own.isOver = true
        return this.#end(own.turn)
      })
    } catch {
      return
    }
    const file = this.file()
    const running = await file.tests.begin({
      name: UNKNOWN,
      title: () => own.turn?.title,
      file: runningFile(),
      timeout: () => USUAL_TIMEOUT,
    })
    if (own.isOver) {
      // Bun gave up the test while the server made its queue.
      await file.tests.end(running, { outcome: 'not reported' })
      return
    }
    own.turn = { file, running }
    this.#turn = own.turn
  }

  async #end(turn: Turn | undefined): Promise<void> {
    if (turn === undefined) return
    turn.isOver = true
    if (this.#turn === turn) this.#turn = undefined
    // A body that has not ended has timed out. Of Bun's own test, nothing is known.
    const unknown: EndOfTest =
      turn.title === undefined ? { outcome: 'not reported' } : { outcome: 'failed', errors: [] }
    const report = await turn.file.tests.end(turn.running, turn.end ?? unknown)
    if (report !== undefined) console.error(report.text)
  }

  #inTurn(turn: Turn, title: string, call: () => unknown): unknown {
    turn.title = title
    const failed = (error: unknown): Promise<never> => {
      // Bun would report what a test does after its timeout as one more error.
      if (turn.isOver) return new Promise(() => {})
      turn.end = { outcome: 'failed', errors: [error] }
      throw error
    }
    const passed = <T>(value: T): T => {
      turn.end = { outcome: 'passed' }
      return value
    }
    try {
      const value = this.#around.run(turn.file, () => turn.file.tests.inside(turn.running, call))
      return value instanceof Promise ? value.then(passed, failed) : passed(value)
    } catch (error) {
      return failed(error)
    }
  }

  /** A test that runs at the same time as others: its queues come and go around its body. */
  async #concurrent(title: string, call: () => unknown): Promise<unknown> {
    const file = this.file()
    const running = await file.tests.begin({
      name: title,
      apart: true,
      file: runningFile(),
      timeout: () => USUAL_TIMEOUT,
    })
    const turn: Turn = { file, running }
    try {
      return await this.#inTurn(turn, title, call)
    } finally {
      await this.#end(turn)
    }
  }
}
