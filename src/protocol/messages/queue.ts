/** The calls of one queue: produce, lease, complete, retry, clear, reload, stats (docs/protocol/messages.md, queue.md). */
import { many, message, one } from './message.js'

/** The most items in one produce, lease, complete or retry. */
export const MOST_ITEMS = 1000

const QueueProduceItem = message('querator.QueueProduceItem', {
  encoding: one(1, 'string'),
  kind: one(2, 'string'),
  reference: one(3, 'string'),
  enqueueAt: one(4, 'timestamp'),
  bytes: one(5, 'bytes'),
  utf8: one(6, 'string'),
})

export const QueueProduceRequest = message('querator.QueueProduceRequest', {
  queueName: one(1, 'string'),
  requestTimeout: one(2, 'string'),
  items: many(3, QueueProduceItem, { most: MOST_ITEMS }),
})

export const QueueLeaseRequest = message('querator.QueueLeaseRequest', {
  queueName: one(1, 'string'),
  batchSize: one(2, 'int32'),
  clientId: one(3, 'string'),
  requestTimeout: one(4, 'string'),
})

const QueueLeaseItem = message('querator.QueueLeaseItem', {
  encoding: one(1, 'string'),
  kind: one(2, 'string'),
  reference: one(3, 'string'),
  id: one(4, 'string'),
  attempts: one(5, 'int32'),
  leaseDeadline: one(6, 'timestamp'),
  bytes: one(7, 'bytes'),
})

export const QueueLeaseResponse = message('querator.QueueLeaseResponse', {
  queueName: one(1, 'string'),
  partition: one(2, 'int32'),
  items: many(3, QueueLeaseItem),
})

const QueueRetryItem = message('querator.QueueRetryItem', {
  id: one(1, 'string'),
  retryAt: one(2, 'timestamp'),
  dead: one(3, 'bool'),
})

export const QueueRetryRequest = message('querator.QueueRetryRequest', {
  queueName: one(1, 'string'),
  partition: one(2, 'int32'),
  items: many(3, QueueRetryItem, { most: MOST_ITEMS }),
})

export const QueueCompleteRequest = message('querator.QueueCompleteRequest', {
  queueName: one(1, 'string'),
  partition: one(2, 'int32'),
  requestTimeout: one(3, 'string'),
  ids: many(4, 'string', { most: MOST_ITEMS }),
})

export const QueueClearRequest = message('querator.QueueClearRequest', {
  queueName: one(1, 'string'),
  scheduled: one(3, 'bool'),
  queue: one(4, 'bool'),
  destructive: one(5, 'bool'),
})

export const QueueReloadRequest = message('querator.QueueReloadRequest', {
  queueName: one(1, 'string'),
})

export const QueueStatsRequest = message('querator.QueueStatsRequest', {
  queueName: one(1, 'string'),
})

const QueuePartitionStats = message('querator.QueuePartitionStats', {
  partition: one(1, 'int32'),
  total: one(2, 'int32'),
  totalLeased: one(3, 'int32'),
  failures: one(4, 'int32'),
  averageAge: one(5, 'string'),
  averageLeasedAge: one(6, 'string'),
  scheduled: one(7, 'int32'),
})

const QueueLogicalStats = message('querator.QueueLogicalStats', {
  produceWaiting: one(6, 'int32'),
  leaseWaiting: one(7, 'int32'),
  completeWaiting: one(8, 'int32'),
  inFlight: one(10, 'int32'),
  partitions: many(11, QueuePartitionStats),
})

export const QueueStatsResponse = message('querator.QueueStatsResponse', {
  queueName: one(1, 'string'),
  logicalQueues: many(2, QueueLogicalStats, { json: 'logicalQueues' }),
})
