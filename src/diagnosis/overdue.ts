/**
 * Explains why overdue items stay in a queue: the server acts on a deadline only when it looks at the partition, and
 * leaves some items even then (docs/protocol/queue.md §8).
 */
import type { ItemView, QueueState } from '../daemon/queue-state.js'
import { inTime, lengthOf } from './lengths.js'

/** Explains what happened at a deadline that has passed. Undefined if the item is not overdue. */
export function overdueText(item: ItemView, queue: QueueState, now: number): string | undefined {
  const { state, until = Number.POSITIVE_INFINITY, expiresAt } = item
  if (state === 'leased' && until <= now)
    return `was leased until ${lengthOf(now - until)} ago; ${whyHere(item, queue, now)}`
  if (state === 'scheduled' || expiresAt > now) return undefined
  const held = state === 'leased' ? `, and is leased for another ${lengthOf(until - now)}` : ''
  return `expired ${lengthOf(now - expiresAt)} ago${held}; ${whyHere(item, queue, now)}`
}

/** Returns a line for each partition in which an overdue item hides later deadlines. */
export function hiddenLines({ looks, partitions }: QueueState, now: number): string[] {
  return looks.flatMap(({ next, hidesDeadlines }, number) => {
    if (!hidesDeadlines) return []
    const where = partitions === 1 ? '' : ` in partition ${number}`
    return [
      `an overdue item hides later deadlines${where}, as on Querator: complete or delete it, or they may pass unnoticed until ${nextLook(next, now)}`,
    ]
  })
}

function whyHere(item: ItemView, queue: QueueState, now: number): string {
  const { deadQueue, deadQueueMissing, looks } = queue
  if (deadQueueMissing) return `its dead letter queue '${deadQueue}' does not exist, so it stays`
  if (item.copied) {
    return `it was copied to '${deadQueue}' and stays here too, as on Querator, until it is completed or deleted`
  }
  const next = looks[item.partition]?.next ?? Number.POSITIVE_INFINITY
  if (Number.isFinite(next)) return `it stays, as on Querator, until ${nextLook(next, now)}`
  const wait = lengthOf(queue.expireTimeout)
  return `as on Querator, nothing asks for the look that ends it: produce something and advance the clock by ${wait}, or complete or delete it`
}

function nextLook(next: number, now: number): string {
  return Number.isFinite(next)
    ? `the server looks at the partition, ${inTime(next, now)}`
    : 'a produce or lease asks for the next look'
}
