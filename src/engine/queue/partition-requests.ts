/** What requests do to the items of a partition (docs/protocol/queue.md §3, §5, §6, admin.md §11). */
import type { ExactInstant } from '../../clock/exact-instant.js'
import type { Instant } from '../../clock/instant.js'
import { badRequest } from '../../errors.js'
import { checkItemId } from '../../ids/ksuid.js'
import type { DeadlineGroup } from '../store/deadline-groups.js'
import { Item, type ItemContent } from '../store/item.js'
import type { Partition } from '../store/partition.js'

/** An item on its way in. */
export interface NewItem extends ItemContent {
  /** When it may be leased; absent, past or less than 100 ms ahead: at once. */
  readonly enqueueAt?: ExactInstant | undefined
}

/** An item on its way back. */
export interface RetryItem {
  readonly id: string
  /** When it may be leased again; absent, past or less than 100 ms ahead: at once. */
  readonly retryAt?: ExactInstant | undefined
  /** Deletes the item instead, also when the queue has a dead letter queue (docs/differences.md). */
  readonly dead: boolean
}

/** What lies less than this many milliseconds ahead is now. */
const NEAR = 100

/** Makes the item that a producer asked for. */
export function newItem(content: NewItem, now: Instant, life: DeadlineGroup): Item {
  const item = new Item(content)
  item.life = life
  if (content.enqueueAt !== undefined && isAhead(content.enqueueAt, now)) item.schedule(content.enqueueAt.at)
  return item
}

/** Makes the copy of an item that ended in another queue: a fresh life, attempts 0, the content kept. */
export function deadItem(dead: Item, sourceId: string, life: DeadlineGroup): Item {
  const item = new Item(dead)
  item.serial = dead.serial
  item.sourceId = sourceId
  item.life = life
  return item
}

/** Removes the items one by one. @throws 400 at the first bad id; those before it stay completed */
export function completeItems(partition: Partition, ids: readonly string[], now: Instant): void {
  for (const id of ids) {
    const item = leasedItem(partition, id, 'completed')
    partition.complete(item, now)
  }
}

/** Gives the items back one by one. @throws 400 at the first bad id; those before it stay retried */
export function retryItems(partition: Partition, items: readonly RetryItem[], now: Instant): void {
  for (const { id, retryAt, dead } of items) {
    const item = leasedItem(partition, id, 'retried')
    if (dead) partition.retryDead(item, now)
    else if (retryAt !== undefined && isAhead(retryAt, now)) partition.retryLater(item, retryAt.at, now)
    else partition.retry(item, now)
  }
}

/** Removes the items one by one, whatever their state. Ignores unknown ids. @throws 400 at the first id that cannot be one */
export function removeItems(partition: Partition, ids: readonly string[], now: Instant): void {
  for (const id of ids) {
    checkItemId(id)
    const item = partition.find(id)
    if (item !== undefined) partition.delete(item, now)
  }
}

/** The item with this id, which must be leased. @throws 400, see docs/protocol/queue.md §5 */
function leasedItem(partition: Partition, id: string, verb: 'completed' | 'retried'): Item {
  const item = partition.find(id)
  if (item?.state === 'leased') return item
  checkItemId(id)
  if (item === undefined || item.scheduled) throw badRequest(`invalid storage id; '${id}' does not exist`)
  throw badRequest(`item(s) cannot be ${verb}; '${id}' is not marked as leased`)
}

function isAhead(instant: ExactInstant, now: Instant): boolean {
  return instant.at > now + NEAR || (instant.at === now + NEAR && instant.early === 0)
}
