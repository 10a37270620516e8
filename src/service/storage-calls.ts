/** The calls about what a partition holds: list, import, delete (contract: admin.md §11). */
import type { ExactInstant } from '../clock/duration.js'
import { DeadlineGroup } from '../engine/deadline-groups.js'
import { KIND } from '../engine/event-kinds.js'
import { Item } from '../engine/item.js'
import type { Partition } from '../engine/partition.js'
import { badRequest } from '../errors.js'
import { checkItemId } from '../ids/ksuid.js'
import type { Timestamp } from '../protocol/messages/message.js'
import type { AnswerOf, RequestOf } from '../protocol/methods.js'
import { instantOf, timestampOf } from '../protocol/timestamp.js'
import { type CallContext, findQueue } from './context.js'
import { isBlank } from './names.js'
import { pageSize } from './paging.js'

/** What a timestamp that is missing in an import stands for. */
const EPOCH: ExactInstant = { at: 0, early: 0 }

type ListRequest = RequestOf<'storageItemsList'>
type ListResponse = AnswerOf<'storageItemsList'>
type GivenItem = RequestOf<'storageItemsImport'>['items'][number]
type ShownItem = NonNullable<ListResponse['items']>[number]

/** storage/items.list: everything that is not scheduled, leased items too, by id. */
export function storageItemsList(context: CallContext, request: ListRequest): ListResponse {
  return list(context, request, 'queued')
}

/** storage/scheduled.list: what waits for its time, by id. */
export function storageScheduledList(context: CallContext, request: ListRequest): ListResponse {
  return list(context, request, 'scheduled')
}

function list(context: CallContext, request: ListRequest, which: 'queued' | 'scheduled'): ListResponse {
  const partition = findQueue(context, request.queueName).partition(request.partition)
  const pivot = isBlank(request.pivot) ? undefined : request.pivot
  if (pivot !== undefined) checkItemId(pivot)
  const items = partition.page(which, pivot, pageSize(request.limit))
  return { items: items.map((item) => storedItem(partition, item)) }
}

/** storage/items.import: adds items as they are, with new ids; one whose source id is taken is skipped. */
export function storageItemsImport(
  context: CallContext,
  request: RequestOf<'storageItemsImport'>,
): AnswerOf<'storageItemsImport'> {
  const queue = findQueue(context, request.queueName)
  const partition = queue.partition(request.partition)
  if (request.items.length === 0) throw badRequest('items is invalid; cannot be empty')
  const now = context.clock.now()
  const imported = queue.change(() =>
    request.items.map((given) => {
      if (given.sourceId !== '' && partition.hasSource(given.sourceId)) return skippedItem(given)
      const item = importedItem(given, now)
      partition.add(item)
      partition.note(KIND.imported, item, now)
      return storedItem(partition, item)
    }),
  )
  return { items: imported }
}

/** storage/items.delete: whatever state the items are in; unknown ids are ignored. */
export function storageItemsDelete(context: CallContext, request: RequestOf<'storageItemsDelete'>): void {
  const queue = findQueue(context, request.queueName)
  const partition = queue.partition(request.partition)
  if (request.ids.length === 0) throw badRequest('ids is invalid; cannot be empty')
  const now = context.clock.now()
  queue.change(() => {
    for (const id of request.ids) {
      checkItemId(id)
      const item = partition.find(id)
      if (item === undefined) continue
      partition.release(item)
      partition.note(KIND.deleted, item, now)
    }
  })
}

function importedItem(given: GivenItem, now: number): Item {
  const { reference, encoding, kind, payload } = given
  const item = new Item({ reference, encoding, kind, payload: payload })
  item.sourceId = given.sourceId
  if (given.isLeased) item.state = 'leased'
  const leaseEnd = givenInstant(given.leaseDeadline)
  item.until = new DeadlineGroup(leaseEnd.at, leaseEnd.early)
  item.attempts = given.attempts
  item.maxAttempts = given.maxAttempts
  const end = givenInstant(given.expireDeadline)
  item.life = new DeadlineGroup(end.at, end.early, now)
  return item
}

/** What the answer tells of an item that was skipped: what was sent, less the times that are never shown. */
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

function givenInstant(timestamp: Timestamp | undefined): ExactInstant {
  return timestamp === undefined ? EPOCH : instantOf(timestamp)
}

function storedItem(partition: Partition, item: Item): ShownItem {
  return {
    id: partition.ids.text(item.sequence),
    sourceId: item.sourceId,
    isLeased: item.leased,
    leaseDeadline: timestampOf(item.leaseDeadline.at, item.leaseDeadline.early),
    expireDeadline: timestampOf(item.expireDeadline.at, item.expireDeadline.early),
    createdAt: timestampOf(item.createdAt),
    attempts: item.attempts,
    maxAttempts: item.maxAttempts,
    reference: item.reference,
    encoding: item.encoding,
    kind: item.kind,
    payload: item.payload,
  }
}
