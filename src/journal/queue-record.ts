/** Queues as records of their storage. */
import { timeoutOf } from '../clock/duration.js'
import type { QueueConfig } from '../engine/queue-config.js'

/** The record of a queue. */
export interface QueueRecord extends Omit<QueueConfig, 'leaseTimeout' | 'expireTimeout'> {
  /** In nanoseconds, because JSON has no `bigint`. */
  readonly leaseTimeout: string
  readonly expireTimeout: string
  /** The name of the storage of each partition. */
  readonly storages: readonly string[]
}

/** Returns the record of a queue. */
export function queueRecordOf(config: QueueConfig, storages: readonly string[]): QueueRecord {
  const { leaseTimeout, expireTimeout, ...rest } = config
  return { ...rest, leaseTimeout: String(leaseTimeout.ns), expireTimeout: String(expireTimeout.ns), storages }
}

/** Returns the configuration of a queue. @throws Error if the record is not one of a queue */
export function configOfRecord({ storages: _, leaseTimeout, expireTimeout, ...rest }: QueueRecord): QueueConfig {
  return { ...rest, leaseTimeout: timeoutOf(BigInt(leaseTimeout)), expireTimeout: timeoutOf(BigInt(expireTimeout)) }
}
