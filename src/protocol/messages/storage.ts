/** The items of a partition: list, import, delete (docs/protocol/messages.md, admin.md §11). */
import { many, message, one } from './message.js'

/** The most items in one import. Querator has no limit of its own. A body of 64 MB would have room for 32 million. */
export const MOST_IMPORTED = 100_000

/** An item in storage. */
export const StorageItem = message('querator.StorageItem', {
  id: one(1, 'string'),
  sourceId: one(2, 'string', { name: 'source_id' }),
  isLeased: one(3, 'bool'),
  leaseDeadline: one(4, 'timestamp'),
  expireDeadline: one(5, 'timestamp'),
  deadDeadline: one(6, 'timestamp'),
  createdAt: one(7, 'timestamp'),
  updatedAt: one(8, 'timestamp'),
  enqueueAt: one(9, 'timestamp'),
  attempts: one(10, 'int32'),
  maxAttempts: one(11, 'int32'),
  reference: one(12, 'string'),
  encoding: one(13, 'string'),
  kind: one(14, 'string'),
  payload: one(15, 'bytes'),
})

export const StorageItemsListRequest = message('querator.StorageItemsListRequest', {
  queueName: one(1, 'string'),
  partition: one(2, 'int32'),
  pivot: one(3, 'string'),
  limit: one(4, 'int32'),
})

export const StorageItemsListResponse = message('querator.StorageItemsListResponse', {
  items: many(1, StorageItem),
})

export const StorageItemsImportRequest = message('querator.StorageItemsImportRequest', {
  queueName: one(1, 'string'),
  partition: one(2, 'int32'),
  items: many(3, StorageItem, { most: MOST_IMPORTED }),
})

export const StorageItemsImportResponse = message('querator.StorageItemsImportResponse', {
  items: many(2, StorageItem),
})

export const StorageItemsDeleteRequest = message('querator.StorageItemsDeleteRequest', {
  queueName: one(1, 'string'),
  partition: one(2, 'int32'),
  ids: many(3, 'string'),
})
