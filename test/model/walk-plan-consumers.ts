/** The commands of consumers: lease, abandon, complete, retry. */

import {
  type Do,
  type Place,
  type Plan,
  pick,
  pickOfOnePartition,
  type Situation,
  toldDelay,
  toldItems,
} from './walk-situation.js'

const isLeased = ({ item }: Place) => item.leased

/** Starts a lease. */
export function lease({ queue, client, batchSize, timeout }: Do<'lease'>, { newName }: Situation): Plan {
  const key = newName('lease ')
  const clientId = `c${client}`
  return {
    told: `${key} by ${clientId} from ${queue}: up to ${batchSize}, waits ${timeout}ms`,
    daemon: async (side) => side.startLease({ key, queue, clientId, batchSize, timeout }),
    model: (model) => {
      model.lease(queue, { key, clientId, batchSize, timeout })
    },
  }
}

/** Makes the client of a waiting lease go away. */
export function abandon({ which }: Do<'abandon'>, { waiting }: Situation): Plan | undefined {
  const key = pick(waiting, which)
  if (key === undefined) return undefined
  return {
    told: `the client of ${key} goes away`,
    daemon: async (side) => side.abandon(key),
    model: (model) => model.abandon(key),
  }
}

/** Completes items of one partition. All but the first may be invalid. */
export function complete({ which }: Do<'complete'>, at: Situation): Plan | undefined {
  const picked = pickOfOnePartition(at, which, isLeased)
  if (picked === undefined) return undefined
  const { queue, partition, items } = picked
  const ids = items.map(({ id }) => id)
  return {
    told: `complete in ${queue}/${partition}: ${toldItems(items)}`,
    daemon: ({ client }) => client.queueComplete({ queueName: queue, partition, requestTimeout: '1m', ids }),
    model: (model, known) => model.complete(queue, partition, known.allOurs(ids)),
  }
}

/** Retries items of one partition. All but the first may be invalid. */
export function retry({ which, delay, dead }: Do<'retry'>, at: Situation): Plan | undefined {
  const picked = pickOfOnePartition(at, which, isLeased)
  if (picked === undefined) return undefined
  const { queue, partition, items } = picked
  const until = delay === undefined ? undefined : at.now + delay
  return {
    told: `retry in ${queue}/${partition}${dead ? ' as dead' : ''}${toldDelay(delay)}: ${toldItems(items)}`,
    daemon: ({ client }) => {
      const retryAt = until === undefined ? {} : { retryAt: new Date(until) }
      const sent = items.map(({ id }) => ({ id, dead, ...retryAt }))
      return client.queueRetry({ queueName: queue, partition, items: sent })
    },
    model: (model, known) => {
      const retryAt = until === undefined ? {} : { retryAt: until }
      const ours = items.map(({ id }) => ({ id: known.ours(id), dead, ...retryAt }))
      model.retry(queue, partition, ours)
    },
  }
}
