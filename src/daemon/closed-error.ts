/** The error of a closed daemon. */
import { type QueratorError, usageError } from '../errors.js'

/** Returns the error that a closed daemon throws on every call. `site` is where it was closed, to follow a name. */
export function closedError(site = ''): QueratorError {
  return usageError(`the daemon is closed${site}; start a new one with startTestDaemon(), or close it later`)
}
