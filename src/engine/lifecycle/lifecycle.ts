/**
 * What happens to items when a deadline passes: leases expire, items expire, attempts run out (docs/protocol/queue.md §8).
 *
 * Like the server, it acts on a deadline only when it looks at the partition. store/deadline-watch.ts decides when to look (R0 to R4,
 * R6). This file is what a look does (R5, R7).
 */
import type { Instant } from '../../clock/instant.js'
import type { Item } from '../store/item.js'
import type { Partition } from '../store/partition.js'
import type { DeadLetters } from './dead-letters.js'
import type { QueueRules } from './queue-rules.js'

/** Looks at a partition: handles, in storage order, every item with a deadline that has passed at `now`. */
export function lookAt(partition: Partition, rules: QueueRules, now: Instant): void {
  const { maxAttempts, deadQueue } = rules.config
  const dead: Item[] = []
  for (const item of partition.look(now)) {
    const exhausted = maxAttempts > 0 && item.attempts >= maxAttempts
    const leaseOver = isLeaseOver(item, now)
    if (leaseOver && !exhausted) {
      if (item.life.at <= now) rules.surprises.warn('outlived-lease', rules.config)
      partition.endLease(item)
    } else if (deadQueue !== '') dead.push(item)
    else if (leaseOver) partition.exhaust(item)
    else partition.expire(item)
  }
  const target = dead.length === 0 ? undefined : rules.deadQueue
  const stay = target === undefined ? dead : moveTo(target, partition, rules, dead, now)
  partition.looked(stay)
  target?.tookDead()
  if (dead.length > 0 && target === undefined) rules.surprises.warn('no-dead-queue', rules.config)
  if (partition.hidesDeadlines) rules.surprises.warn('hidden-deadlines', rules.config)
}

function isLeaseOver(item: Item, now: Instant): boolean {
  return item.leased && item.until.at <= now
}

/** Copies all items without a copy, then deletes those before the first that is not leased. Returns the rest (R5). */
function moveTo(target: DeadLetters, partition: Partition, rules: QueueRules, dead: Item[], now: Instant): Item[] {
  const note = (item: Item) => {
    if (item.copiedToDeadQueue) rules.surprises.warn('copied-again', rules.config)
    partition.copied(item, isLeaseOver(item, now) ? 'lease' : 'life', target.address)
  }
  for (const item of dead) if (target.takeDead(item, partition.ids.text(item.sequence))) note(item)
  rules.inOrder()
  const firstFree = dead.findIndex((item) => !item.leased)
  const stay = firstFree < 0 ? [] : dead.slice(firstFree)
  for (const item of firstFree < 0 ? dead : dead.slice(0, firstFree)) {
    // The copy already existed, so no event has been recorded for it yet.
    if (!item.copiedToDeadQueue) note(item)
    partition.removeCopied(item)
  }
  rules.inOrder()
  if (stay.length > 0) rules.surprises.warn('copy-stays', rules.config)
  return stay
}
