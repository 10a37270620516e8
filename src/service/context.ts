/** The context of a call, and how a call finds its queue. */
import type { Access } from '../access/access.js'
import type { Clock } from '../clock/clock.js'
import type { LogicalQueue } from '../engine/queue/logical-queue.js'
import type { Queues } from '../engine/queue/queues.js'
import type { Choice } from '../engine/serving/waiting-leases.js'
import { badRequest } from '../errors.js'
import { isBlank } from './names.js'
import { nearestNames } from './nearest-name.js'

/** Calls `listener` when the client of a call has gone away. Returns a function to remove the listener. */
export type WhenGone = (listener: () => void) => () => void

/** The context of a call: its stores and its caller. */
export interface CallContext {
  readonly clock: Clock
  readonly queues: Queues
  readonly access: Access
  /** Call once, where docs/protocol says. @throws 403 if the caller may not make this call in that namespace */
  authorize(namespace: string): void
  /** Returns where the caller may make this call. Hints must not name anything of other namespaces. */
  allowedIn(): (namespace: string) => boolean
  readonly whenGone: WhenGone
  /** Which items a lease gets. Set by a fault. */
  readonly choice: Choice | undefined
  /** Says how the daemon lost a queue when it went down. `undefined` if it did not. */
  readonly lostQueue: (name: string) => string | undefined
  /** Call when a caller has emptied a queue. What it had lost is not missed any more. */
  readonly emptied: (queue: string) => void
  /** Whether the test itself calls, rather than code under test. */
  readonly isOfTest: boolean
}

/** Returns the queue of a call, after its checks GET and permission (docs/protocol/queue.md §2, admin.md §9). @throws 400, 403, 453 */
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

/** Returns the existing names as hints. The error comes before the permission check, so names are checked here. */
function hintsFor({ access, queues, allowedIn, lostQueue }: CallContext, name: string): Record<string, string> {
  const allowed = allowedIn()
  const namespaces = access.namespaces.all()
  if (!namespaces.some((namespace) => allowed(namespace.name))) return {}
  const existing = queues.all().filter(({ config }) => allowed(config.namespace))
  const names = nearestNames(
    name,
    existing.map(({ config }) => config.name),
  )
  // Nobody knows any more in which namespace it was.
  const lost = namespaces.every((namespace) => allowed(namespace.name)) ? lostQueue(name) : undefined
  return lost === undefined ? names : { lost, ...names }
}
