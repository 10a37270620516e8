/** Reads and checks the options of a queue (docs/protocol/admin.md §9). */
import { SYSTEM_NAMESPACE } from '../access/namespaces.js'
import { formatDuration, timeoutOf } from '../clock/duration.js'
import { parseDuration } from '../clock/parse-duration.js'
import type { QueueConfig } from '../engine/queue-config.js'
import { badRequest } from '../errors.js'
import type { QueueInfo } from '../protocol/messages/queues.js'
import type { CallContext } from './context.js'
import { bytesOf, checkDeadQueueName, checkNamespaceName, checkQueueName } from './names.js'

/** The most partitions of a queue, for the memory of a daemon. Querator itself has no limit and runs out of memory. */
export const MOST_PARTITIONS = 10_000

/** The timeouts of a queue in nanoseconds. 0 if a timeout was not given. */
export interface QueueTimeouts {
  readonly lease: bigint
  readonly expire: bigint
}

/** The options of a queue in a request or a file, without the timeouts. */
export type QueueFields = Pick<
  QueueInfo,
  'queueName' | 'namespace' | 'deadQueue' | 'reference' | 'maxAttempts' | 'requestedPartitions'
>

/** OPT: reads the timeouts and checks the namespace. @throws 400 */
export function readOptions(info: QueueInfo): QueueTimeouts {
  if (bytesOf(info.leaseTimeout) > 15) {
    throw badRequest("lease timeout is invalid; cannot be greater than '15' characters")
  }
  if (bytesOf(info.expireTimeout) > 15) {
    throw badRequest("expire timeout is invalid; cannot be greater than '15' characters")
  }
  const expire = readTimeout('expire timeout', info.expireTimeout, '60m, 2h or 24h')
  const lease = readTimeout('lease timeout', info.leaseTimeout, '8m, 15m or 1h')
  if (info.namespace !== '') checkNamespaceName(info.namespace)
  return { lease, expire }
}

function readTimeout(field: string, text: string, expected: string): bigint {
  if (text === '') return 0n
  const { ns, problem } = parseDuration(text)
  if (ns !== undefined) return ns
  throw badRequest(`${field} is invalid; ${problem} - expected format: ${expected}`)
}

/** DLQ: checks that the dead letter queue exists and has none itself. @throws 400 */
export function checkDeadQueue(context: CallContext, name: string, deadQueue: string): void {
  if (deadQueue === '') return
  checkDeadQueueName(deadQueue, 500)
  if (deadQueue === name) throw badRequest('dead_queue cannot reference itself')
  const found = context.queues.find(deadQueue)
  if (found === undefined) {
    throw badRequest(`dead_queue does not exist; '${deadQueue}' was not found, create it first`)
  }
  if (found.config.deadQueue !== '') {
    throw badRequest(`dead_queue is invalid; '${deadQueue}' already has its own dead_queue configured`)
  }
}

/** FIELDS: checks all fields of a queue. @throws 400 */
export function checkFields(config: QueueConfig): void {
  checkQueueName(config.name)
  if (config.deadQueue !== '') checkDeadQueueName(config.deadQueue, 512)
  if (bytesOf(config.reference) > 2000) {
    throw badRequest("reference field is invalid; cannot be greater than '2000' characters")
  }
  if (config.maxAttempts > 65536) throw badRequest('max attempts is invalid; cannot be greater than 65536')
  if (config.maxAttempts < 0) throw badRequest('max attempts is invalid; cannot be negative number')
  if (config.requestedPartitions < 1) throw badRequest('partitions is invalid; cannot be less than 1')
}

/** Checks that a new queue has both timeouts, and that the lease timeout is not longer than the expire timeout. @throws 400 */
export function checkTimeouts({ lease, expire }: QueueTimeouts): void {
  if (isShort(lease)) throw badRequest('lease timeout is invalid; cannot be empty')
  if (isShort(expire)) throw badRequest('expire timeout is invalid; cannot be empty')
  checkLeaseFits(lease, expire)
}

/** @throws 400 if the lease timeout is longer than the expire timeout */
export function checkLeaseFits(lease: bigint, expire: bigint): void {
  if (lease <= expire) return
  throw badRequest(
    `lease timeout is too long; ${formatDuration(lease)} cannot be greater than the expire timeout ${formatDuration(expire)}`,
  )
}

function isShort(ns: bigint): boolean {
  return ns > -1000n && ns < 1000n
}

/** Returns the configuration of a new queue, without checks. */
export function configOf(info: QueueFields, timeouts: QueueTimeouts, now: number): QueueConfig {
  return {
    name: info.queueName,
    namespace: info.namespace || SYSTEM_NAMESPACE,
    leaseTimeout: timeoutOf(timeouts.lease),
    expireTimeout: timeoutOf(timeouts.expire),
    maxAttempts: info.maxAttempts,
    deadQueue: info.deadQueue,
    reference: info.reference,
    requestedPartitions: info.requestedPartitions,
    createdAt: now,
    updatedAt: now,
  }
}
