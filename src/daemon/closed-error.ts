/** The error of a closed daemon. */
import { type QueratorError, usageError } from '../errors.js'

/** Returns the error that a closed daemon throws on every call. */
export function closedError(): QueratorError {
  return usageError('the daemon is closed; start a new one with startTestDaemon(), or close it later')
}
