/** The error of a daemon that is closed. */
import { type QueratorError, usageError } from '../errors.js'

/** What a closed daemon answers to everything. */
export function closedError(): QueratorError {
  return usageError('the daemon is closed; start a new one with startTestDaemon(), or close it later')
}
