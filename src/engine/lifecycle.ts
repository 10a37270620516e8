/**
 * What happens to items by the clock alone: leases run out, lives end, attempts are exhausted (contract: queue.md §8).
 *
 * The server looks at a partition in runs, and so does this, because the recordings show the runs: a run is asked for
 * at the deadline of each lease, and of each life that begins in the queue; it handles whatever is overdue by then, and
 * asks for the next one at the earliest deadline ahead. Hence three things that surprise, all as recorded:
 * - an item whose lease ran out in a run is not expired by that same run
 * - a scheduled item that came due asks for no run of its own
 * - an expired item that nobody holds is copied to the dead letter queue, and stays in its own
 */
import type { Clock, Fired, FiredKind } from '../clock/clock.js'
import type { Instant } from '../clock/instant.js'
import { type Address, KIND } from './event-kinds.js'
import type { Item } from './item.js'
import type { Partition } from './partition.js'
import type { QueueConfig } from './queue-config.js'
import type { QueueContext } from './queue-context.js'

/** What a run needs to know of the queue, and how it moves and reports. */
export interface LifecycleRules {
  readonly queue: string
  /** 0 for no limit. */
  readonly maxAttempts: number
  /** Empty for none. */
  readonly deadQueue: string
  /** Where the dead letter queue is in the record of events. */
  deadAddress(): Address | undefined
  /** Puts a copy of the item into the dead letter queue; answers false when that queue cannot take it. */
  copyToDeadQueue(item: Item, sourceId: string): boolean
  readonly clock: Clock
  /** The time of a report; the same object for equal times in a row, for a jump may end very many leases at once. */
  date(time: Instant): Date
}

/** The rules of a queue as it is configured now. */
export function rulesOf({ name, maxAttempts, deadQueue }: QueueConfig, context: QueueContext): LifecycleRules {
  let last = new Date(0)
  return {
    queue: name,
    maxAttempts,
    deadQueue,
    deadAddress: () => context.queueNamed(deadQueue)?.address,
    copyToDeadQueue: (item, sourceId) => context.queueNamed(deadQueue)?.takeDead(item, sourceId) ?? false,
    clock: context.clock,
    date: (time) => {
      if (last.getTime() !== time) last = new Date(time)
      return last
    },
  }
}

/** Handles everything in the partition that is overdue at `now`, in the order of the deadlines and then of the ids. */
export function runLifecycle(partition: Partition, rules: LifecycleRules, now: Instant): void {
  const left: Item[] = []
  const due = partition.beginRun(now)
  const leaseEnded = (item: Item) => item.leased && item.until.at <= now
  const time = (item: Item) => (leaseEnded(item) ? item.until.at : item.life.at)
  due.sort((a, b) => time(a) - time(b) || a.sequence - b.sequence)
  for (const item of due) {
    const handled = leaseEnded(item)
      ? endLease(partition, rules, item, item.until.at)
      : bury(partition, rules, item, item.life.at, 'item-expired')
    if (!handled) left.push(item)
  }
  partition.endRun(left)
}

/** Makes the scheduled items that are due leasable. */
export function enqueueDue(partition: Partition, rules: LifecycleRules, now: Instant): void {
  for (const item of partition.dueItems(now)) {
    const time = item.until.at
    partition.moveToTail(item)
    partition.note(KIND['item-due'], item, time)
    report(partition, rules, 'item-due', item, time)
  }
}

function endLease(partition: Partition, rules: LifecycleRules, item: Item, time: Instant): boolean {
  if (rules.maxAttempts === 0 || item.attempts < rules.maxAttempts) {
    partition.moveToTail(item)
    partition.note(KIND['lease-expired'], item, time)
    report(partition, rules, 'lease-expired', item, time)
    return true
  }
  return bury(partition, rules, item, time, 'attempts-exhausted')
}

/** Ends an item: into the dead letter queue where one is named, or away. False when its dead letter queue is gone. */
function bury(partition: Partition, rules: LifecycleRules, item: Item, time: Instant, kind: FiredKind): boolean {
  const moves = rules.deadQueue !== ''
  if (moves && !rules.copyToDeadQueue(item, partition.ids.text(item.sequence))) return false
  partition.note(kind === 'item-expired' ? KIND[kind] : KIND['lease-expired'], item, time)
  if (!moves) {
    if (kind === 'attempts-exhausted') partition.note(KIND[kind], item, time)
    report(partition, rules, kind, item, time)
    partition.expire(item)
    return true
  }
  partition.note(KIND['dead-lettered'], item, time, undefined, rules.deadAddress())
  report(partition, rules, 'dead-lettered', item, time)
  if (item.leased) partition.expire(item)
  else partition.markCopied(item)
  return true
}

function report(partition: Partition, rules: LifecycleRules, kind: FiredKind, item: Item, time: Instant): void {
  if (!rules.clock.watched) return
  const fired: Fired = {
    time: rules.date(time),
    kind,
    queue: rules.queue,
    partition: partition.number,
    id: partition.ids.text(item.sequence),
    reference: item.reference,
  }
  rules.clock.report(kind === 'dead-lettered' ? { ...fired, deadQueue: rules.deadQueue } : fired)
}
