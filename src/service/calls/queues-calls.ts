/** The queue management calls: create, list, update, delete, info (docs/protocol/admin.md §10). */
import { SYSTEM_NAMESPACE } from '../../access/namespaces.js'
import { formatDuration, timeoutOf } from '../../clock/duration.js'
import type { QueueConfig } from '../../engine/queue-config.js'
import { badRequest } from '../../errors.js'
import type { AnswerOf, RequestOf } from '../../protocol/methods.js'
import { timestampOf } from '../../protocol/timestamp.js'
import { type CallContext, findQueue } from '../context.js'
import { checkQueueName } from '../names.js'
import { fromName, pageSize } from '../paging.js'
import {
  checkDeadQueue,
  checkFields,
  checkLeaseFits,
  checkTimeouts,
  configOf,
  MOST_PARTITIONS,
  readOptions,
} from '../queue-options.js'

const LONGEST_PAGE = 65536

/** queues.create (docs/protocol/admin.md §10.1). */
export function queuesCreate(context: CallContext, info: RequestOf<'queuesCreate'>): void {
  checkQueueName(info.queueName)
  const timeouts = readOptions(info)
  const config = configOf(info, timeouts, context.clock.now())
  context.authorize(config.namespace)
  context.access.namespaces.assertExists(config.namespace)
  context.queues.assertFree(config.name)
  checkDeadQueue(context, config.name, config.deadQueue)
  checkFields(config)
  checkTimeouts(timeouts)
  if (config.requestedPartitions > MOST_PARTITIONS) {
    throw badRequest(`partitions is invalid; cannot be greater than ${MOST_PARTITIONS} here`)
  }
  context.queues.create(config)
}

/** queues.list (docs/protocol/admin.md §3 and §10.2): in order of creation. */
export function queuesList(context: CallContext, request: RequestOf<'queuesList'>): AnswerOf<'queuesList'> {
  context.queues.assertRunning()
  const { limit, pivot } = request
  const namespace = request.namespace || SYSTEM_NAMESPACE
  context.authorize(namespace)
  if (limit < 0) throw badRequest('limit is invalid; limit cannot be negative')
  if (limit > LONGEST_PAGE) throw badRequest(`limit is invalid; cannot be greater than ${LONGEST_PAGE}`)
  if (pivot.includes('~')) throw badRequest(`pivot is invalid; '${pivot}' cannot contain '~' character`)
  const configs = context.queues.all().map((queue) => queue.config)
  const page = fromName(configs, pivot)
    .filter((config) => config.namespace === namespace)
    .slice(0, pageSize(limit))
  return { items: page.map(infoOf) }
}

/** queues.update (docs/protocol/admin.md §10.3): an empty field keeps its value or clears it, depending on the field. */
export function queuesUpdate(context: CallContext, info: RequestOf<'queuesUpdate'>): void {
  checkQueueName(info.queueName)
  const timeouts = readOptions(info)
  const queue = findQueue(context, info.queueName)
  checkDeadQueue(context, info.queueName, info.deadQueue)
  const stored = queue.config
  if (timeouts.expire !== 0n) checkLeaseFits(timeouts.lease, timeouts.expire)
  checkLeaseFits(timeouts.lease, stored.expireTimeout.ns)
  const updated: QueueConfig = {
    ...stored,
    leaseTimeout: timeouts.lease === 0n ? stored.leaseTimeout : timeoutOf(timeouts.lease),
    expireTimeout: timeouts.expire === 0n ? stored.expireTimeout : timeoutOf(timeouts.expire),
    requestedPartitions: info.requestedPartitions || stored.requestedPartitions,
    maxAttempts: info.maxAttempts,
    reference: info.reference,
    deadQueue: info.deadQueue,
    updatedAt: context.clock.now(),
  }
  checkFields(updated)
  queue.update(updated)
}

/** queues.delete (docs/protocol/admin.md §10.4): deletes the queue with its items, whatever `force` says. */
export function queuesDelete(context: CallContext, request: RequestOf<'queuesDelete'>): void {
  checkQueueName(request.queueName)
  findQueue(context, request.queueName)
  context.queues.delete(request.queueName)
}

/** queues.info (docs/protocol/admin.md §10.5). The response is always current (D8). */
export function queuesInfo(context: CallContext, request: RequestOf<'queuesInfo'>): AnswerOf<'queuesInfo'> {
  return infoOf(findQueue(context, request.queueName).config)
}

function infoOf(config: QueueConfig): AnswerOf<'queuesInfo'> {
  return {
    queueName: config.name,
    namespace: config.namespace,
    createdAt: timestampOf(config.createdAt),
    updatedAt: timestampOf(config.updatedAt),
    leaseTimeout: formatDuration(config.leaseTimeout.ns),
    expireTimeout: formatDuration(config.expireTimeout.ns),
    maxAttempts: config.maxAttempts,
    deadQueue: config.deadQueue,
    reference: config.reference,
    requestedPartitions: config.requestedPartitions,
  }
}
