/** The counts of a queue. */
import type { CallOptions } from '../../client/calls.js'
import type { QueratorClient } from '../../client/client.js'

/** The counts of a queue, summed over its partitions. */
export interface QueueCounts {
  /** How many items are not scheduled, including leased ones. */
  readonly total: number
  /** How many items are leased. */
  readonly leased: number
  /** How many items are scheduled for later. */
  readonly scheduled: number
  /** How many leases wait for an item. */
  readonly leasesWaiting: number
}

/** Asks the daemon for the counts of a queue. */
export async function queueCounts(
  client: QueratorClient,
  queueName: string,
  options?: CallOptions,
): Promise<QueueCounts> {
  const { logicalQueues } = await client.queueStats({ queueName }, options)
  const partitions = logicalQueues.flatMap((logical) => logical.partitions)
  const sum = (of: (partition: (typeof partitions)[number]) => number) =>
    partitions.reduce((total, partition) => total + of(partition), 0)
  return {
    total: sum((partition) => partition.total),
    leased: sum((partition) => partition.totalLeased),
    scheduled: sum((partition) => partition.scheduled),
    leasesWaiting: logicalQueues.reduce((total, logical) => total + logical.leaseWaiting, 0),
  }
}
