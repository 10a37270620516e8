/** Queues: create, list, update, delete, info (docs/protocol/messages.md, admin.md §9 and §10). */
import { type FieldsOf, many, message, one, type Shape } from './message.js'

const PartitionInfo = message('querator.PartitionInfo', {
  partition: one(1, 'int32'),
})

/** The request of create and update, the response of info, and an entry of list. */
export const QueueInfo = message('querator.QueueInfo', {
  queueName: one(1, 'string'),
  createdAt: one(2, 'timestamp'),
  updatedAt: one(3, 'timestamp'),
  deadQueue: one(4, 'string'),
  reference: one(5, 'string'),
  leaseTimeout: one(6, 'string'),
  expireTimeout: one(7, 'string'),
  maxAttempts: one(8, 'int32'),
  requestedPartitions: one(9, 'int32'),
  partitions: many(10, PartitionInfo),
  namespace: one(11, 'string'),
})
/** See {@link QueueInfo}. */
export type QueueInfo = Shape<FieldsOf<typeof QueueInfo>, string>

export const QueuesListRequest = message('querator.QueuesListRequest', {
  pivot: one(2, 'string'),
  limit: one(3, 'int32'),
  namespace: one(4, 'string'),
})

export const QueuesListResponse = message('querator.QueuesListResponse', {
  items: many(1, QueueInfo),
})

export const QueuesDeleteRequest = message('querator.QueuesDeleteRequest', {
  queueName: one(1, 'string'),
  force: one(2, 'bool'),
})

export const QueuesInfoRequest = message('querator.QueuesInfoRequest', {
  queueName: one(1, 'string'),
})
