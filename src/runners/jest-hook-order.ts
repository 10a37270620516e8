/**
 * Jest runs the hooks of a file in the order in which they were written, so that one of a preset would come before the
 * user's also where it cleans up. Its own list can be put in order while no test runs; where a version has it no more,
 * the order stays as Jest has it.
 */

interface Hook {
  readonly fn: unknown
}

interface State {
  readonly rootDescribeBlock?: { readonly hooks?: Hook[] }
}

/** Puts a hook of the file behind all others; to be called when they are all there, before the first test. */
export function runLast(hook: unknown): void {
  const key = Object.getOwnPropertySymbols(globalThis).find((symbol) => symbol.description === 'JEST_STATE_SYMBOL')
  const state = key === undefined ? undefined : (globalThis as unknown as Record<symbol, State | undefined>)[key]
  const hooks = state?.rootDescribeBlock?.hooks
  const at = hooks?.findIndex(({ fn }) => fn === hook) ?? -1
  if (hooks !== undefined && at >= 0) hooks.push(...hooks.splice(at, 1))
}
