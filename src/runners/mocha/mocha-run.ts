/** What Mocha shows of a run: its suites, hooks and tests. */
import type { EndOfTest } from '../../internal.js'

/** Calls back when a test or hook is over, with its error if it failed. */
type Done = (error?: unknown) => void

/** A test or hook. */
export interface Runnable {
  /** The path of its file. Undefined for hooks outside of any `describe`. */
  readonly file?: string | undefined
  /** The error that reporters print. */
  err?: unknown
  run(done: Done): void
}

/** A test. */
export interface MochaTest extends Runnable {
  readonly state?: 'passed' | 'failed' | 'pending'
  fullTitle(): string
  /** Returns the timeout, in milliseconds. 0 for none. */
  timeout(): number
}

/** A hook. */
export interface MochaHook extends Runnable {
  readonly fn?: unknown
  readonly parent: Suite
  /** Lets the running test fail, and not the hook. */
  error(error: unknown): void
}

/** The value of `this` in a hook. */
export interface HookContext {
  readonly test: MochaHook
  readonly currentTest?: MochaTest
  timeout(): number
  timeout(limit: number): void
}

const KINDS = ['beforeAll', 'beforeEach', 'afterEach', 'afterAll'] as const

/** A `describe`, or what is around all files. */
export interface Suite {
  readonly file?: string | undefined
  readonly suites: readonly Suite[]
  readonly tests: readonly MochaTest[]
  getHooks(kind: (typeof KINDS)[number]): MochaHook[]
}

/** Returns all suites inside a suite, and itself. */
function suitesIn(suite: Suite): Suite[] {
  return [suite, ...suite.suites.flatMap(suitesIn)]
}

/** Returns the paths of the files with tests. */
export function testFilesIn(root: Suite): Set<string> {
  const files = suitesIn(root).flatMap((suite) => [suite.file, ...suite.tests.map((test) => test.file)])
  return new Set(files.filter((file) => file !== undefined))
}

/** Returns all hooks, without the given ones. */
export function hooksIn(root: Suite, ours: readonly unknown[]): MochaHook[] {
  const all = suitesIn(root).flatMap((suite) => KINDS.flatMap((kind) => suite.getHooks(kind)))
  return all.filter(({ fn }) => !ours.includes(fn))
}

/** Moves root hooks after all others. Mocha runs those of a `--require` first, and they would clean up before the user's own. */
export function runLast(root: Suite, last: readonly unknown[]): void {
  for (const kind of ['afterEach', 'afterAll'] as const) {
    const hooks = root.getHooks(kind)
    const ours = hooks.filter(({ fn }) => last.includes(fn))
    hooks.splice(0, hooks.length, ...hooks.filter((hook) => !ours.includes(hook)), ...ours)
  }
}

/** A test or hook that failed. */
interface Failure {
  readonly of: Runnable
  readonly error: unknown
}

/** A test that Mocha runs, and what failed until now: its body or its hooks. */
export interface Seen {
  readonly test: MochaTest
  readonly failures: Failure[]
}

/** Returns how a test ended. Call it after its last hook. */
export function endOf({ test, failures }: Seen): EndOfTest {
  // Without a state, Mocha tries it again.
  const isAgain = test.state === undefined && failures.some((failure) => failure.of === test)
  if (test.state === 'pending' || isAgain) return { outcome: 'not reported' }
  if (failures.length > 0) return { outcome: 'failed', errors: failures.map(({ error }) => error) }
  if (test.state === 'failed') return { outcome: 'failed', errors: [test.err] }
  return test.state === 'passed' ? { outcome: 'passed' } : { outcome: 'not reported' }
}

/** Mocha puts two spaces before each line of a stack, and five before a message. */
const INDENT = '   '

/**
 * Lets Mocha print a text after the failure of a test. Most reporters print failures at the end of the run. The text stands after the
 * stack, because Mocha replaces some messages by the difference of two values.
 */
export function addReport({ test, failures }: Seen, text: string): void {
  const first = failures[0]
  // What reporters print is another object if no error was thrown.
  const failure = first === undefined ? test.err : (first.of.err ?? first.error)
  const { stack } = Object(failure) as { stack?: unknown }
  const told = typeof stack === 'string' && `${stack.trimEnd()}\n\n${text.replace(/^(?=.)/gm, INDENT)}`
  const isAdded = told !== false && Reflect.set(failure as object, 'stack', told)
  if (!isAdded) console.error(text)
}
