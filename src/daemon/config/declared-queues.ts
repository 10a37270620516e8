/**
 * Queues that the configuration declares (contract: admin.md §13.3, and D10: an invalid one stops the start, they are
 * listed in `_system`, they share nothing, and without a list of partitions they are placed as queues.create does).
 */
import { parseDuration } from '../../clock/duration.js'
import type { Instant } from '../../clock/instant.js'
import type { PartitionStorage } from '../../engine/placement.js'
import type { Queues } from '../../engine/queues.js'
import { usageError } from '../../errors.js'
import { checkFields, checkTimeouts, configOf, MOST_PARTITIONS } from '../../service/queue-options.js'
import { listOf, mapOf, numberOf, textOf } from './config-values.js'

/** A queue as it stands in the file. */
export interface QueueTree {
  name: string
  'lease-timeout': string
  'expire-timeout': string
  'dead-queue'?: string
  'max-attempts'?: number
  reference?: string
  'requested-partitions'?: number
  /** Numbered from 0 on, in order. `read-only` is read and has no effect, as on the server. */
  partitions?: { partition?: number; 'read-only'?: boolean; 'storage-name'?: string }[]
}

/** A declared queue, read but not yet checked against the rules of queues. */
export interface DeclaredQueue {
  readonly name: string
  readonly leaseTimeout: string
  readonly expireTimeout: string
  readonly deadQueue: string
  readonly maxAttempts: number
  readonly reference: string
  readonly requestedPartitions: number
  /** How many partitions are listed; undefined when they are to be placed. */
  readonly listedPartitions: number | undefined
}

/** Reads the list. @throws QueratorError that names queue and field */
export function readDeclaredQueues(list: unknown, storages: readonly PartitionStorage[]): readonly DeclaredQueue[] {
  return listOf(list, 'queues').map((entry, index) => {
    const tree = mapOf(entry, `queues[${index}]`)
    const name = textOf(tree.name, `queues[${index}].name`)
    const path = `queues[${index}] '${name}'`
    const listed = tree.partitions === undefined ? undefined : listOf(tree.partitions, `${path}: partitions`)
    listed?.forEach((partition, number) => {
      checkPartition(mapOf(partition, `${path}: partitions[${number}]`), number, name, storages)
    })
    return {
      name,
      leaseTimeout: textOf(tree['lease-timeout'], `${path}: lease-timeout`),
      expireTimeout: textOf(tree['expire-timeout'], `${path}: expire-timeout`),
      deadQueue: textOf(tree['dead-queue'], `${path}: dead-queue`),
      maxAttempts: numberOf(tree['max-attempts'], `${path}: max-attempts`),
      reference: textOf(tree.reference, `${path}: reference`),
      requestedPartitions: numberOf(tree['requested-partitions'], `${path}: requested-partitions`),
      listedPartitions: listed?.length,
    }
  })
}

function checkPartition(
  partition: Record<string, unknown>,
  expected: number,
  queue: string,
  storages: readonly PartitionStorage[],
): void {
  const storage = textOf(partition['storage-name'], `queue '${queue}': storage-name`)
  if (!storages.some((one) => one.name === storage)) {
    throw usageError(`invalid partition storage; queue '${queue}' references '${storage}' which is undefined`)
  }
  const number = numberOf(partition.partition, `queue '${queue}': partition`)
  if (number === expected) return
  throw usageError(`queue '${queue}': partitions must be numbered from 0 on, in order; got ${number} for ${expected}`)
}

/** Makes the declared queues. @throws QueratorError that names queue and field */
export function createDeclaredQueues(queues: Queues, declared: readonly DeclaredQueue[], now: Instant): void {
  for (const queue of declared) {
    try {
      createDeclaredQueue(queues, queue, now)
    } catch (error) {
      throw usageError(`invalid queue '${queue.name}' in the configuration; ${(error as Error).message}`, error)
    }
  }
}

function createDeclaredQueue(queues: Queues, queue: DeclaredQueue, now: Instant): void {
  const { name: queueName, deadQueue, maxAttempts, reference, requestedPartitions } = queue
  const timeouts = {
    lease: timeoutOf('lease-timeout', queue.leaseTimeout),
    expire: timeoutOf('expire-timeout', queue.expireTimeout),
  }
  const given = { queueName, deadQueue, maxAttempts, reference, requestedPartitions, namespace: '' }
  const config = configOf(given, timeouts, now)
  checkFields(config)
  checkTimeouts(timeouts)
  if (requestedPartitions > MOST_PARTITIONS) throw usageError(`requested-partitions is at most ${MOST_PARTITIONS}`)
  queues.create(config, queue.listedPartitions)
}

function timeoutOf(field: string, text: string): bigint {
  if (text === '') return 0n
  const { ns, problem } = parseDuration(text)
  if (ns === undefined) throw usageError(`${field} is invalid; ${problem}`)
  return ns
}
