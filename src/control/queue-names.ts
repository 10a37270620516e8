/** Errors about queues that do not exist. */
import type { Daemon } from '../daemon/daemon.js'
import { badRequest, type QueratorError } from '../errors.js'
import { nearestOf } from '../nearest.js'

/** The most names that an error lists. */
const MOST_LISTED = 50

/** @throws 400 if no queue has this name, in the words of the protocol; QueratorError if the daemon is down */
export function assertQueue({ inspector, presence }: Daemon, name: string): void {
  presence.assertUp()
  if (inspector.queueId(name) === undefined) throw unknownQueue(name, inspector.queueNames())
}

/** Returns the error for a name that no queue has. */
export function unknownQueue(name: string, names: readonly string[]): QueratorError {
  const nearest = nearestOf(name, names)
  const existing = names.length === 0 ? 'no queues' : names.slice(0, MOST_LISTED).join(', ')
  const hint = nearest === undefined ? '' : `; did you mean '${nearest}'?`
  const details = { existing, ...(nearest === undefined ? {} : { nearest }) }
  return badRequest(`queue does not exist; no such queue named '${name}'${hint}`, details)
}
