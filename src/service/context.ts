/** What every call of the service gets beside its request, and how it finds the queue it is about. */
import type { Clock } from '../clock/clock.js'
import type { LogicalQueue } from '../engine/logical-queue.js'
import type { Queues } from '../engine/queues.js'
import { badRequest } from '../errors.js'
import { isBlank } from './names.js'
import { nearestNames } from './nearest-name.js'

/** What the calls work on. */
export interface ServiceContext {
  readonly clock: Clock
  readonly queues: Queues
  /** Whether a namespace exists. */
  namespaceExists(name: string): boolean
}

/** Who waits for a call: calls `listener` when they have gone away, and answers how to take that back. */
export type WhenGone = (listener: () => void) => () => void

/** One call, and whose it is. */
export interface CallContext extends ServiceContext {
  readonly whenGone: WhenGone
}

/** GET: the queue that a call is about (contract: queue.md §2, admin.md §9). @throws 400, 453 */
export function findQueue(context: ServiceContext, name: string): LogicalQueue {
  context.queues.assertRunning()
  const queue = context.queues.find(name)
  if (queue !== undefined) return queue
  if (isBlank(name)) throw badRequest('queue name is invalid; queue name cannot be empty')
  if (name.includes('~')) throw badRequest(`queue name is invalid; '${name}' cannot contain '~' character`)
  const existing = context.queues.all().map((one) => one.config.name)
  throw badRequest(`queue does not exist; no such queue named '${name}'`, nearestNames(name, existing))
}
