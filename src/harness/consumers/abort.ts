/** Tells errors of what was aborted from others. */

/** How many causes of an error are looked at. */
const DEEPEST = 10

/** Whether an error says that something was aborted with this signal. `fetch` and others wrap that error in one of their own. */
export function isAbort(error: unknown, signal: AbortSignal): boolean {
  let one: unknown = error
  for (let depth = 0; depth < DEEPEST && one !== undefined && one !== null; depth++) {
    if (one === signal.reason) return true
    const { name, cause } = Object(one) as { readonly name?: unknown; readonly cause?: unknown }
    if (name === 'AbortError') return true
    one = cause
  }
  return false
}
