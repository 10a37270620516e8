/** The storage calls of a partition: list, import, delete (docs/protocol/admin.md §11). */
import { badRequest } from '../../errors.js'
import { checkItemId } from '../../ids/ksuid.js'
import { countOf } from '../../protocol/messages/counted.js'
import type { Timestamp } from '../../protocol/messages/message.js'
import { MOST_IMPORTED } from '../../protocol/messages/storage.js'
import type { AnswerOf, RequestOf } from '../../protocol/methods.js'
import { timestampOf } from '../../protocol/timestamp.js'
import { type CallContext, findQueue } from '../context.js'
import { givenInstant, importedItem } from '../imported-item.js'
import { ListedItem } from '../listed-item.js'
import { checkAnswer, takeRoom } from '../memory.js'
import { isBlank } from '../names.js'
import { pageSize } from '../paging.js'

type ListRequest = RequestOf<'storageItemsList'>
type ListResponse = AnswerOf<'storageItemsList'>
type GivenItem = RequestOf<'storageItemsImport'>['items'][number]
type ShownItem = NonNullable<ListResponse['items']>[number]

/** storage/items.list: all items except scheduled ones, by id. */
export function storageItemsList(context: CallContext, request: ListRequest): ListResponse {
  return list(context, request, 'queued')
}

/** storage/scheduled.list: the scheduled items, by id. */
export function storageScheduledList(context: CallContext, request: ListRequest): ListResponse {
  return list(context, request, 'scheduled')
}

function list(context: CallContext, request: ListRequest, which: 'queued' | 'scheduled'): ListResponse {
  const partition = findQueue(context, request.queueName).partition(request.partition)
  const pivot = isBlank(request.pivot) ? undefined : request.pivot
  if (pivot !== undefined) checkItemId(pivot)
  const items = partition.page(which, pivot, pageSize(request.limit))
  checkAnswer(context, items)
  return { items: items.map((item) => new ListedItem(partition, item)) }
}

/** storage/items.import: adds items as they are, with new ids. Skips an item whose source id is taken. */
export function storageItemsImport(
  context: CallContext,
  request: RequestOf<'storageItemsImport'>,
): AnswerOf<'storageItemsImport'> {
  const queue = findQueue(context, request.queueName)
  const partition = queue.partition(request.partition)
  checkImported(countOf(request.items))
  takeRoom(context, request.items)
  const items = queue.import(partition, request.items.map(importedItem), (item, index) =>
    item === undefined ? skippedItem(request.items[index] as GivenItem) : new ListedItem(partition, item),
  )
  return { items }
}

/** storage/items.delete: deletes items in any state. Ignores unknown ids. */
export function storageItemsDelete(context: CallContext, request: RequestOf<'storageItemsDelete'>): void {
  const queue = findQueue(context, request.queueName)
  const partition = queue.partition(request.partition)
  if (request.ids.length === 0) throw badRequest('ids is invalid; cannot be empty')
  queue.remove(partition, request.ids)
}

function checkImported(count: number): void {
  if (count === 0) throw badRequest('items is invalid; cannot be empty')
  if (count <= MOST_IMPORTED) return
  throw badRequest(
    `items is invalid; an import takes at most ${MOST_IMPORTED} items here, but received ${count}; import them in several calls`,
  )
}

/** Returns a skipped item as it was sent, without the times that responses never contain. */
function skippedItem(given: GivenItem): ShownItem {
  const { deadDeadline: _dead, updatedAt: _updated, enqueueAt: _enqueue, ...shown } = given
  return {
    ...shown,
    leaseDeadline: shownTimestamp(given.leaseDeadline),
    expireDeadline: shownTimestamp(given.expireDeadline),
    createdAt: shownTimestamp(given.createdAt),
  }
}

function shownTimestamp(timestamp: Timestamp | undefined): Timestamp {
  const { at, early } = givenInstant(timestamp)
  return timestampOf(at, early)
}
