/** The calls of a queue: produce, lease and counts. */
import { atCallSite } from '../../client/call-site.js'
import { checkOptions } from '../../client/known-options.js'
import { answering } from '../../client/unawaited.js'
import { paced } from '../../clock/event-loop.js'
import { Lease } from './leased-items.js'
import type { QueueHome } from './queue-home.js'
import { type ItemInput, type LeaseOptions, producedItems } from './queue-inputs.js'

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
