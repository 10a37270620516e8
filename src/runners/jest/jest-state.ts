/**
 * Reads the state of Jest, which only a symbol leads to: the hooks of a file, and the running test. If a version of Jest has no such
 * state, Jest's defaults hold.
 */
import type { EndOfTest } from '../../internal.js'
import { addReport, type CircusState, endOf, timeoutOf } from './circus.js'

interface Hook {
  readonly fn: unknown
}

interface State extends CircusState {
  readonly rootDescribeBlock?: { readonly hooks?: Hook[] }
}

function jestState(): State | undefined {
  const key = Object.getOwnPropertySymbols(globalThis).find((symbol) => symbol.description === 'JEST_STATE_SYMBOL')
  return key === undefined ? undefined : (globalThis as unknown as Record<symbol, State | undefined>)[key]
}

/** Returns how long the running test may run, in milliseconds. */
export function testTimeout(): number {
  const state = jestState()
  return timeoutOf(state?.currentlyRunningTest, state)
}

/** Returns how the running test ended. Call it in a hook. */
export function endOfTest(): EndOfTest {
  return endOf(jestState()?.currentlyRunningTest)
}

/** Lets Jest print a text after the failure of the running test. Call it in a hook. */
export function reportOnTest(text: string | undefined): void {
  addReport(jestState()?.currentlyRunningTest, text)
}

/**
 * Moves hooks of the file after all others, and returns whether that worked. Call it before the first test, when all hooks are there. Jest
 * runs the hooks of a file in the order of their declaration, so those of a preset would clean up before the user's own.
 */
export function runLast(...last: readonly unknown[]): boolean {
  const hooks = jestState()?.rootDescribeBlock?.hooks
  for (const hook of last) {
    const at = hooks?.findIndex(({ fn }) => fn === hook) ?? -1
    if (hooks !== undefined && at >= 0) hooks.push(...hooks.splice(at, 1))
  }
  return hooks !== undefined
}
