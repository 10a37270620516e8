/** What to say about a queue that is not there. */
import type { Daemon } from '../daemon/daemon.js'
import { usageError } from '../errors.js'
import { EventLog } from './event-log.js'

/**
 * Returns how many items a queue has. Undefined while the daemon is down.
 * @throws QueratorError if the queue does not exist, or no longer does
 */
export function existingTotals(daemon: Daemon, name: string) {
  const totals = daemon.inspector.totals(name)
  if (totals !== undefined || !daemon.presence.isUp) return totals
  if (new EventLog(daemon).hadQueue(name)) throw goneError(daemon, name)
  // Throws an error that lists the existing queues.
  daemon.inspector.queueState(name)
  throw goneError(daemon, name)
}

/** Returns the error for a queue that was deleted, or lost with the daemon. */
export function goneError(daemon: Daemon, name: string) {
  return usageError(daemon.losses.queueText(name) ?? `the queue '${name}' was deleted meanwhile`)
}
