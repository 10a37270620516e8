/**
 * What Jest tells of itself only by a symbol: its list of hooks, and how long a test may run. Where a version has it no
 * more, both are as Jest's defaults are.
 */

interface Hook {
  readonly fn: unknown
}

interface State {
  readonly rootDescribeBlock?: { readonly hooks?: Hook[] }
  readonly currentlyRunningTest?: { readonly timeout?: number } | null
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

/**
 * Puts a hook of the file behind all others; to be called when they are all there, before the first test. Jest runs the
 * hooks of a file in the order in which they were written, so that one of a preset would come before the user's also
 * where it cleans up.
 */
export function runLast(hook: unknown): void {
  const hooks = jestState()?.rootDescribeBlock?.hooks
  const at = hooks?.findIndex(({ fn }) => fn === hook) ?? -1
  if (hooks !== undefined && at >= 0) hooks.push(...hooks.splice(at, 1))
}
