/** Applies requests to the items of a partition (docs/protocol/queue.md §3, §5, §6, admin.md §11). */
import type { ExactInstant } from '../../clock/exact-instant.js'
import type { Instant } from '../../clock/instant.js'
import { badRequest } from '../../errors.js'
import { checkItemId } from '../../ids/ksuid.js'
import type { DeadlineGroup } from '../store/deadline-groups.js'
import { Item, type ItemContent } from '../store/item.js'
import type { Partition } from '../store/partition.js'

/** An item to produce. */
export interface NewItem extends ItemContent {
  /** When it can be leased. Absent, in the past, or less than 100 ms ahead means at once. */
  readonly enqueueAt?: ExactInstant | undefined
}

/** An item to retry. */
export interface RetryItem {
  readonly id: string
  /** When it can be leased again. Absent, in the past, or less than 100 ms ahead means at once. */
  readonly retryAt?: ExactInstant | undefined
  /** Deletes the item instead, even if the queue has a dead letter queue (docs/differences.md). */
  readonly dead: boolean
}

/** A time less than this many milliseconds ahead means at once. */
const NEAR = 100

/** Returns a new item of a producer. */
export function newItem(content: NewItem, now: Instant, life: DeadlineGroup): Item {
  const item = new Item(content)
  item.life = life
  if (content.enqueueAt !== undefined && isAhead(content.enqueueAt, now)) item.schedule(content.enqueueAt.at)
  return item
}

/** Returns a copy for a dead letter queue: the same content, no attempts, and a life that starts now. */
export function deadItem(dead: Item, sourceId: string, life: DeadlineGroup): Item {
  const item = new Item(dead)
  item.serial = dead.serial
  item.sourceId = sourceId
  item.life = life
  return item
}

/** Removes the items one by one. @throws 400 at the first bad id. Items before it stay completed */
export function completeItems(partition: Partition, ids: readonly string[], now: Instant): void {
  for (const id of ids) {
    const item = leasedItem(partition, id, 'completed')
    partition.complete(item, now)
  }
}

/** Returns the items to the queue one by one. @throws 400 at the first bad id. Items before it stay retried */
export function retryItems(partition: Partition, items: readonly RetryItem[], now: Instant): void {
  for (const { id, retryAt, dead } of items) {
    const item = leasedItem(partition, id, 'retried')
    if (dead) partition.retryDead(item, now)
    else if (retryAt !== undefined && isAhead(retryAt, now)) partition.retryLater(item, retryAt.at, now)
    else partition.retry(item, now)
  }
}

/** Removes the items one by one, in any state. Ignores unknown ids. @throws 400 at the first malformed id */
export function removeItems(partition: Partition, ids: readonly string[], now: Instant): void {
  for (const id of ids) {
    checkItemId(id)
    const item = partition.find(id)
    if (item !== undefined) partition.delete(item, now)
  }
}

/** Returns the item with this id, which must be leased. @throws 400, see docs/protocol/queue.md §5 */
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
