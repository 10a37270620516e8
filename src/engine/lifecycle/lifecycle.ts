/**
 * What happens to items by the clock alone: leases run out, lives end, attempts are exhausted, scheduled items come due
 * (docs/protocol/queue.md §8).
 *
 * But for what comes due, the server acts on a deadline only when it looks at the partition, and so does this. When the
 * looks come is kept in deadline-watch.ts (R0 to R4, R6); here is what a look does (R5, R7).
 */
import type { Clock, Fired, FiredKind } from '../../clock/clock.js'
import type { Instant } from '../../clock/instant.js'
import { KIND } from '../events/event-kinds.js'
import type { QueueConfig } from '../queue-config.js'
import type { Item } from '../store/item.js'
import type { Partition } from '../store/partition.js'
import type { DeadLetters } from './dead-letters.js'
import type { Surprises } from './surprises.js'

/** What a look needs to know of the queue, and how it moves and reports. */
export interface LifecycleRules {
  readonly config: QueueConfig
  /** The dead letter queue; undefined when none is named, or the one that is named does not exist or has no partition. */
  deadQueue(): DeadLetters | undefined
  readonly surprises: Surprises
  readonly clock: Clock
  /** The time of a report; the same object for equal times in a row, for a jump may end very many leases at once. */
  date(time: Instant): Date
}

/** What the rules need of the daemon. */
interface RuleContext {
  readonly clock: Clock
  /** The queue of that name, for dead letters; undefined when there is none, or it has no partition. */
  deadLettersOf(name: string): DeadLetters | undefined
}

/** The rules of a queue as it is configured now. */
export function rulesOf(config: QueueConfig, context: RuleContext, surprises: Surprises): LifecycleRules {
  let last = new Date(0)
  return {
    config,
    deadQueue: () => context.deadLettersOf(config.deadQueue),
    surprises,
    clock: context.clock,
    date: (time) => {
      if (last.getTime() !== Math.trunc(time)) last = new Date(time)
      return last
    },
  }
}

/** Looks at a partition: handles every item with a deadline that has passed at `now`, in storage order. */
export function lookAt(partition: Partition, rules: LifecycleRules, now: Instant): void {
  const { maxAttempts, deadQueue } = rules.config
  const dead: Item[] = []
  for (const item of partition.look(now)) {
    const exhausted = maxAttempts > 0 && item.attempts >= maxAttempts
    if (isLeaseOver(item, now) && !exhausted) backToTail(partition, rules, item, now)
    else if (deadQueue === '') remove(partition, rules, item, now)
    else dead.push(item)
  }
  const target = dead.length === 0 ? undefined : rules.deadQueue()
  const stay = target === undefined ? dead : moveTo(target, partition, rules, dead, now)
  partition.looked(stay)
  target?.tookDead()
  if (dead.length > 0 && target === undefined) rules.surprises.tell('no-dead-queue', rules.config)
  if (partition.hidesDeadlines) rules.surprises.tell('hidden-deadlines', rules.config)
}

/** Makes the scheduled items that are due leasable. Asks for no look (R6). */
export function enqueueDue(partition: Partition, rules: LifecycleRules, now: Instant): void {
  for (const item of partition.dueItems(now)) {
    const time = item.until.at
    partition.moveToTail(item)
    partition.note(KIND['item-due'], item, time)
    report(partition, rules, 'item-due', item, time)
  }
}

function isLeaseOver(item: Item, now: Instant): boolean {
  return item.leased && item.until.at <= now
}

/** Which of the item's deadlines a look at `now` acts on. */
function endOf(item: Item, now: Instant): Instant {
  return isLeaseOver(item, now) ? item.until.at : item.life.at
}

function backToTail(partition: Partition, rules: LifecycleRules, item: Item, now: Instant): void {
  const time = item.until.at
  if (item.life.at <= now) rules.surprises.tell('outlived-lease', rules.config)
  partition.moveToTail(item)
  partition.note(KIND['lease-expired'], item, time)
  report(partition, rules, 'lease-expired', item, time)
}

function remove(partition: Partition, rules: LifecycleRules, item: Item, now: Instant): void {
  const time = endOf(item, now)
  const kind = isLeaseOver(item, now) ? 'attempts-exhausted' : 'item-expired'
  if (kind === 'attempts-exhausted') partition.note(KIND['lease-expired'], item, time)
  partition.note(KIND[kind], item, time)
  report(partition, rules, kind, item, time)
  partition.expire(item)
}

/** Copies all items whose copy is not there, then deletes those up to the first that nobody holds; returns the rest (R5). */
function moveTo(target: DeadLetters, partition: Partition, rules: LifecycleRules, dead: Item[], now: Instant): Item[] {
  for (const item of dead) {
    if (target.takeDead(item, partition.ids.text(item.sequence))) noteCopy(partition, rules, item, target, now)
  }
  const firstFree = dead.findIndex((item) => !item.leased)
  const stay = firstFree < 0 ? [] : dead.slice(firstFree)
  for (const item of firstFree < 0 ? dead : dead.slice(0, firstFree)) {
    // The copy already existed, so no event has been recorded for it yet.
    if (!item.copiedToDeadQueue) noteCopy(partition, rules, item, target, now)
    partition.release(item)
  }
  if (stay.length > 0) rules.surprises.tell('copy-stays', rules.config)
  return stay
}

function noteCopy(partition: Partition, rules: LifecycleRules, item: Item, target: DeadLetters, now: Instant): void {
  const time = endOf(item, now)
  if (item.copiedToDeadQueue) rules.surprises.tell('copied-again', rules.config)
  else partition.note(isLeaseOver(item, now) ? KIND['lease-expired'] : KIND['item-expired'], item, time)
  item.copiedToDeadQueue = true
  partition.note(KIND['dead-lettered'], item, time, undefined, target.address)
  report(partition, rules, 'dead-lettered', item, time)
}

function report(partition: Partition, rules: LifecycleRules, kind: FiredKind, item: Item, time: Instant): void {
  if (!rules.clock.watched) return
  const fired: Fired = {
    time: rules.date(time),
    kind,
    queue: rules.config.name,
    partition: partition.number,
    id: partition.ids.text(item.sequence),
    reference: item.reference,
  }
  rules.clock.report(kind === 'dead-lettered' ? { ...fired, deadQueue: rules.config.deadQueue } : fired)
}
