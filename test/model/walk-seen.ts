/** What storage lists and stats show for the queues of a walk, read through the client. */
import type { QueratorClient } from '../../src/client/client.js'
import { isQueratorError } from '../../src/index.js'
import type { ResponseOf } from '../../src/protocol/methods.js'
import { dateOf } from '../../src/protocol/timestamp.js'
import type { QueueName } from './walk-commands.js'

/** An item in storage. Times are milliseconds since 1970. */
export interface SeenItem {
  readonly id: string
  readonly sourceId: string
  readonly reference: string
  readonly attempts: number
  readonly leased: boolean
  readonly leaseDeadline: number
  readonly expireDeadline: number
  readonly createdAt: number
}

/** A partition. */
export interface SeenPartition {
  readonly number: number
  readonly queued: readonly SeenItem[]
  readonly scheduled: readonly SeenItem[]
  /** Total, leased, scheduled. */
  readonly counts: readonly [number, number, number]
}

/** A queue. */
export interface SeenQueue {
  readonly partitions: readonly SeenPartition[]
  readonly leasesWaiting: number
}

/** The existing queues. */
export type Seen = ReadonlyMap<QueueName, SeenQueue>

/** Reads every queue of a walk. */
export async function readQueues(client: QueratorClient): Promise<Seen> {
  const seen = new Map<QueueName, SeenQueue>()
  for (const name of ['q', 'd'] as const) {
    const queue = await lookAtQueue(client, name)
    if (queue !== undefined) seen.set(name, queue)
  }
  return seen
}

async function lookAtQueue(client: QueratorClient, queueName: string): Promise<SeenQueue | undefined> {
  try {
    const { logicalQueues } = await client.queueStats({ queueName })
    const stats = logicalQueues.flatMap((logical) => logical.partitions)
    const partitions: SeenPartition[] = []
    for (const [partition, { total, totalLeased, scheduled }] of stats.entries()) {
      const request = { queueName, partition, limit: 1000 }
      partitions.push({
        number: partition,
        queued: (await client.storageItemsList(request)).items.map(seenItem),
        scheduled: (await client.storageScheduledList(request)).items.map(seenItem),
        counts: [total, totalLeased, scheduled],
      })
    }
    return { partitions, leasesWaiting: logicalQueues.reduce((sum, logical) => sum + logical.leaseWaiting, 0) }
  } catch (error) {
    if (isQueratorError(error) && error.message.startsWith('queue does not exist')) return undefined
    throw error
  }
}

function seenItem(item: ResponseOf<'storageItemsList'>['items'][number]): SeenItem {
  const { id, sourceId, reference, attempts, isLeased } = item
  const time = (timestamp: Parameters<typeof dateOf>[0] | undefined) =>
    timestamp === undefined ? Number.NaN : dateOf(timestamp).getTime()
  return {
    id,
    sourceId,
    reference,
    attempts,
    leased: isLeased,
    leaseDeadline: time(item.leaseDeadline),
    expireDeadline: time(item.expireDeadline),
    createdAt: time(item.createdAt),
  }
}
