/**
 * What Jest tells of itself only by a symbol: its list of hooks, how long a test may run, and how it ended. Where a version
 * has it no more, they are as Jest's defaults are.
 */

import { type EndOfTest, visibleText } from '../../internal.js'

interface Hook {
  readonly fn: unknown
}

interface RunningTest {
  readonly timeout?: number
  /** Each with the place of the test, for errors without a stack. */
  readonly errors?: unknown[]
  /** Whether it was written with test.failing. */
  readonly failing?: boolean
}

interface State {
  readonly rootDescribeBlock?: { readonly hooks?: Hook[] }
  readonly currentlyRunningTest?: RunningTest | null
  readonly testTimeout?: number
}

/** What Jest gives a test, in milliseconds. */
const USUAL_TIMEOUT = 5000

function jestState(): State | undefined {
  const key = Object.getOwnPropertySymbols(globalThis).find((symbol) => symbol.description === 'JEST_STATE_SYMBOL')
  return key === undefined ? undefined : (globalThis as unknown as Record<symbol, State | undefined>)[key]
}

/** How long the running test may run, in milliseconds. */
export function testTimeout(): number {
  const state = jestState()
  return state?.currentlyRunningTest?.timeout ?? state?.testTimeout ?? USUAL_TIMEOUT
}

/** How the running test ended, asked when its hooks run. */
export function endOfTest(): EndOfTest {
  const test = jestState()?.currentlyRunningTest
  if (test?.failing) return { outcome: 'not reported' }
  const errors = test?.errors ?? []
  if (errors.length === 0) return { outcome: 'passed' }
  return { outcome: 'failed', errors: errors.map((error) => (Array.isArray(error) ? (error[0] ?? error[1]) : error)) }
}

/** Jest prints what has no stack in another form; of these frames it prints none. */
const NO_FRAME = '    at <anonymous>:0:0'

/** Has Jest print a text behind what the running test failed with; asked when its hooks run. */
export function tellOfTest(text: string | undefined): void {
  if (text === undefined) return
  const error = { message: text, stack: `${text}\n${NO_FRAME}` }
  jestState()?.currentlyRunningTest?.errors?.push([error, error])
}

/** The same error with a text at the end of its message, for a test whose state Jest does not show. */
export function withReport(error: unknown, text: string | undefined): unknown {
  const { message, stack } = Object(error) as { message?: unknown; stack?: unknown }
  if (text === undefined || typeof message !== 'string' || typeof stack !== 'string') return error
  // An error of ours has its message in the stack as it is shown.
  const inStack = stack.includes(message) ? message : visibleText(message)
  const told = stack.replace(inStack, () => `${inStack}\n\n${text}`)
  return Object.assign(error as object, { message: `${message}\n\n${text}`, stack: told })
}

/**
 * Moves hooks of the file behind all others. Call it before the first test, when all hooks are there. Jest runs the hooks
 * of a file in the order in which they were written, so those of a preset would clean up before the user's own. Returns whether that could be done.
 */
export function runLast(...last: readonly unknown[]): boolean {
  const hooks = jestState()?.rootDescribeBlock?.hooks
  for (const hook of last) {
    const at = hooks?.findIndex(({ fn }) => fn === hook) ?? -1
    if (hooks !== undefined && at >= 0) hooks.push(...hooks.splice(at, 1))
  }
  return hooks !== undefined
}
