/** What every call of the service gets beside its request, and how it finds the queue it is about. */
import type { Access } from '../access/access.js'
import type { Clock } from '../clock/clock.js'
import type { LogicalQueue } from '../engine/queue/logical-queue.js'
import type { Queues } from '../engine/queue/queues.js'
import { badRequest } from '../errors.js'
import { isBlank } from './names.js'
import { nearestNames } from './nearest-name.js'

/** Calls `listener` when the client of a call has gone away. Returns a function to take that back. */
export type WhenGone = (listener: () => void) => () => void

/** One call: what it works on, and whose it is. */
export interface CallContext {
  readonly clock: Clock
  readonly queues: Queues
  readonly access: Access
  /** @throws 403 when the caller may not make this call in that namespace; each call asks once, where docs/protocol says */
  authorize(namespace: string): void
  /** Where the caller may make this call, for hints, which must not name anything of other namespaces. */
  allowedIn(): (namespace: string) => boolean
  readonly whenGone: WhenGone
}

/** GET, and the permission: the queue that a call is about (docs/protocol/queue.md §2, admin.md §9). @throws 400, 403, 453 */
export function findQueue(context: CallContext, name: string): LogicalQueue {
  context.queues.assertRunning()
  const queue = context.queues.find(name)
  if (queue !== undefined) {
    context.authorize(queue.config.namespace)
    return queue
  }
  if (isBlank(name)) throw badRequest('queue name is invalid; queue name cannot be empty')
  if (name.includes('~')) throw badRequest(`queue name is invalid; '${name}' cannot contain '~' character`)
  throw badRequest(`queue does not exist; no such queue named '${name}'`, hintsFor(context, name))
}

/** The names that exist where the caller may make this call. The error comes before permissions are checked, so this checks them. */
function hintsFor({ access, queues, allowedIn }: CallContext, name: string): Record<string, string> {
  const allowed = allowedIn()
  if (!access.namespaces.all().some((namespace) => allowed(namespace.name))) return {}
  const existing = queues.all().filter(({ config }) => allowed(config.namespace))
  return nearestNames(
    name,
    existing.map(({ config }) => config.name),
  )
}
