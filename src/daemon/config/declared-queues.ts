/**
 * Queues that the configuration declares (docs/protocol/admin.md §13.3). D10: an invalid queue stops the start. Declared queues are
 * listed in `_system` and share nothing. Without a list of partitions they are placed as queues.create does.
 */

import type { Instant } from '../../clock/instant.js'
import { parseDuration } from '../../clock/parse-duration.js'
import type { PartitionStorage } from '../../engine/queue/placement.js'
import type { Queues } from '../../engine/queue/queues.js'
import { usageError } from '../../errors.js'
import { checkFields, checkTimeouts, configOf, MOST_PARTITIONS } from '../../service/queue-options.js'
import type { ValueOf } from './key-kinds.js'
import type { CONFIG } from './keys.js'

/** A queue in a {@link ConfigTree}. See docs/protocol/admin.md §13.3. */
export interface QueueTree {
  /** The name. */
  name: string
  /** How long a lease lasts, for example `1m`. */
  'lease-timeout': string
  /** How long an item lives, for example `24h`. */
  'expire-timeout': string
  /** The name of the dead letter queue. Default: none. */
  'dead-queue'?: string
  /** The lease with which an item's attempts are exhausted. Default 0: no limit. */
  'max-attempts'?: number
  /** A text of your own. */
  reference?: string
  /** How many partitions, if you do not list `partitions`. Default 0. */
  'requested-partitions'?: number
  /** The partitions, numbered from 0, in order. Default: as many as `requested-partitions`. */
  partitions?: PartitionTree[]
}

/** A partition of a {@link QueueTree}. */
export interface PartitionTree {
  /** The number of the partition. Default 0. */
  partition?: number
  /** Has no effect, as on Querator. */
  'read-only'?: boolean
  /** The name of the storage: one of `partition-storage`. */
  'storage-name'?: string
}

/** A declared queue after reading. Its values are not checked yet. */
export interface DeclaredQueue {
  readonly name: string
  readonly leaseTimeout: string
  readonly expireTimeout: string
  readonly deadQueue: string
  readonly maxAttempts: number
  readonly reference: string
  readonly requestedPartitions: number
  /** The names of the storages of the listed partitions. `undefined` if the storages decide. */
  readonly listed: readonly string[] | undefined
}

type QueueValue = NonNullable<ValueOf<typeof CONFIG>['queues']>[number]
type PartitionValue = NonNullable<QueueValue['partitions']>[number]

/** Reads the list of queues. @throws QueratorError with the queue and the wrong partition */
export function readDeclaredQueues(
  list: readonly QueueValue[],
  storages: readonly PartitionStorage[],
): readonly DeclaredQueue[] {
  return list.map((queue) => {
    queue.partitions?.forEach((partition, number) => {
      checkPartition(partition, number, queue.name, storages)
    })
    return {
      name: queue.name,
      leaseTimeout: queue['lease-timeout'],
      expireTimeout: queue['expire-timeout'],
      deadQueue: queue['dead-queue'],
      maxAttempts: queue['max-attempts'],
      reference: queue.reference,
      requestedPartitions: queue['requested-partitions'],
      listed: queue.partitions?.map((partition) => partition['storage-name']),
    }
  })
}

function checkPartition(
  partition: PartitionValue,
  expected: number,
  queue: string,
  storages: readonly PartitionStorage[],
): void {
  const storage = partition['storage-name']
  if (!storages.some((one) => one.name === storage)) {
    throw usageError(`invalid partition storage; queue '${queue}' references '${storage}' which is undefined`)
  }
  const number = partition.partition
  if (number === expected) return
  throw usageError(`queue '${queue}': partitions must be numbered from 0 on, in order; got ${number} for ${expected}`)
}

/** Creates the declared queues that are not there yet. @throws QueratorError with the queue and the wrong field */
export function createMissingQueues(queues: Queues, declared: readonly DeclaredQueue[], now: Instant): void {
  // Looked up before: a name that is declared twice is an error.
  for (const queue of declared.filter(({ name }) => queues.find(name) === undefined)) {
    try {
      createDeclaredQueue(queues, queue, now)
    } catch (error) {
      throw usageError(`invalid queue '${queue.name}' in the configuration; ${(error as Error).message}`, error)
    }
  }
}

function createDeclaredQueue(queues: Queues, queue: DeclaredQueue, now: Instant): void {
  const { name: queueName, deadQueue, maxAttempts, reference, requestedPartitions } = queue
  const timeouts = { lease: nanoseconds(queue.leaseTimeout), expire: nanoseconds(queue.expireTimeout) }
  const given = { queueName, deadQueue, maxAttempts, reference, requestedPartitions, namespace: '' }
  const config = configOf(given, timeouts, now)
  checkFields(config)
  checkTimeouts(timeouts)
  if (requestedPartitions > MOST_PARTITIONS) throw usageError(`requested-partitions is at most ${MOST_PARTITIONS}`)
  queues.create(config, queue.listed)
}

/** Returns the nanoseconds of a duration that is valid or left out. */
function nanoseconds(text: string): bigint {
  return parseDuration(text).ns ?? 0n
}
