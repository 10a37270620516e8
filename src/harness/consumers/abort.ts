/** Tells errors of what was aborted from others. */
import { STOPPED_BY_HARNESS } from '../../protocol/aborts.js'

/** Returns the reason of a signal that a worker or a handler gets: the same as without one, and marked for the daemon. */
export function stopReason(): Error {
  return Object.assign(new DOMException('This operation was aborted', 'AbortError'), { [STOPPED_BY_HARNESS]: true })
}

/** How many causes of an error are looked at. */
const DEEPEST = 10

/** Whether an error says that something was aborted with this signal. `fetch` and others wrap that error in one of their own. */
export function isAbort(error: unknown, signal: AbortSignal): boolean {
  let one: unknown = error
  for (let depth = 0; depth < DEEPEST && one !== undefined && one !== null; depth++) {
    if (one === signal.reason) return true
    const { name, cause } = Object(one) as { readonly name?: unknown; readonly cause?: unknown }
    // Some libraries make an error of their own. Below another error, it may be about something else.
    if (name === 'AbortError' && depth === 0) return true
    one = cause
  }
  return false
}
