/** Rejects requests that do not fit into memory, so that the process does not run out of it in the middle of a test. */

import type { ItemContent } from '../engine/store/item.js'
import { answerSize, bytesText, contentSize, MOST_IN_ANSWER } from '../engine/store/memory-budget.js'
import { QueratorError } from '../errors.js'
import type { CallContext } from './context.js'

/** How many of the largest queues an error names. */
const MOST_NAMED = 3

/** The content of an item. Only imports have a source id. */
type GivenContent = ItemContent & { readonly sourceId?: string }

/** Returns the size of items with these contents in bytes. @throws 453 if there is no room for them */
export function takeRoom(context: CallContext, contents: readonly GivenContent[]): number {
  let bytes = 0
  for (const content of contents) bytes += contentSize(content, content.sourceId)
  if (!context.queues.memory.hasRoom(bytes)) throw noRoom(context, bytes)
  return bytes
}

/** @throws 453 if a reply with these items would be too large, or there is no room for it */
export function checkAnswer({ queues: { memory } }: CallContext, items: readonly ItemContent[]): void {
  let bytes = 0
  for (const item of items) bytes += answerSize(item)
  if (bytes <= MOST_IN_ANSWER && memory.hasRoomToAnswer(bytes)) return
  const size = `${items.length} items would be an answer of up to ${bytesText(bytes)}`
  throw new QueratorError(
    453,
    `answer is too large; ${size}. Ask for fewer with limit, and go on from the last id with pivot`,
  )
}

/** Returns the error, which names only queues on which the caller may make this call. */
function noRoom(context: CallContext, bytes: number): QueratorError {
  const { memory } = context.queues
  const allowed = context.allowedIn()
  const largest = context.queues
    .all()
    .filter((queue) => queue.size > 0 && allowed(queue.config.namespace))
    .sort((a, b) => b.size - a.size)
    .slice(0, MOST_NAMED)
    .map((queue) => `'${queue.config.name}' holds ${bytesText(queue.size)} in ${itemsOf(queue)}`)
  const held = largest.length === 0 ? '' : `; ${largest.join(', ')}`
  return new QueratorError(
    453,
    `memory limit of ${bytesText(memory.limit)} reached; ${bytesText(memory.used)} are in use${memory.elsewhere()}, and this request needs ${bytesText(bytes)} more${held}. Complete or clear items, delete queues, or raise the limit (limits: { memory }, --memory-limit)`,
  )
}

function itemsOf({ partitions }: { partitions: readonly { counts: { total: number; scheduled: number } }[] }): string {
  const count = partitions.reduce((sum, { counts }) => sum + counts.total + counts.scheduled, 0)
  return count === 1 ? '1 item' : `${count} items`
}
