/** The calls of a queue: produce, lease and counts. */
import { atCallSite } from '../../client/call-site.js'
import type { QueratorClient } from '../../client/client.js'
import { checkOptions } from '../../client/known-options.js'
import { answering } from '../../client/unawaited.js'
import { paced } from '../../clock/event-loop.js'
import { Lease } from './leased-items.js'
import type { QueueHome } from './queue-home.js'
import { type ItemInput, type LeaseOptions, producedItems, type QueueCounts } from './queue-inputs.js'

const LEASE_OPTIONS = ['batchSize', 'clientId', 'requestTimeout', 'signal']

/** See `queue.produce`. */
export function produceItems(home: QueueHome, queueName: string, items: readonly ItemInput[]): Promise<void> {
  try {
    const request = { queueName, requestTimeout: '1m', items: producedItems(items) }
    // Returned without `await`, because the client notes whether the caller awaits it.
    return home.client.queueProduce(request)
  } catch (wrongItem) {
    return paced(Promise.reject(atCallSite(wrongItem as Error)))
  }
}

/** See `queue.lease`. */
export function leaseItems(home: QueueHome, queueName: string, options: LeaseOptions): Promise<Lease> {
  try {
    checkOptions('lease', options, LEASE_OPTIONS)
  } catch (wrongOption) {
    return paced(Promise.reject(wrongOption))
  }
  const { batchSize = 1, clientId = home.nextClientId(), requestTimeout = '2s', signal } = options
  const request = { queueName, batchSize, clientId, requestTimeout }
  const leasing = home.client.queueLease(request, signal === undefined ? {} : { signal })
  return answering(leasing, (response) => new Lease(home, clientId, response))
}

/** See `queue.counts`. */
export async function countItems(client: QueratorClient, queueName: string): Promise<QueueCounts> {
  const { logicalQueues } = await client.queueStats({ queueName })
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
