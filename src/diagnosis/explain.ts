/** Explains why a lease gets nothing: who waits, what the queue holds, and what has to happen. */
import { placesOf, siteText } from '../client/call-site.js'
import { passedNow } from '../clock/real-time.js'
import type { Daemon } from '../daemon/daemon.js'
import type { ItemView, QueueState } from '../daemon/queue-state.js'
import { nearestOf } from '../nearest.js'
import { visible } from '../visible.js'
import { lossText } from './downtime.js'
import { EventLog } from './event-log.js'
import { inTime, lengthOf } from './lengths.js'
import { hiddenLines, overdueText } from './overdue.js'
import { type RefusalStory, refusalsOf, refusalText } from './refusals.js'

/** The most items, leases or queues of a kind that are listed. */
const MOST_TOLD = 10

/**
 * Explains the state of a queue. Refused calls are listed from the event of number `since` on.
 * @throws QueratorError if there is no queue of that name
 */
export function explainQueue(daemon: Daemon, name: string, since = 1): string {
  const state = daemon.inspector.queueState(name)
  const now = daemon.clock.exact.now()
  return [
    headline(state),
    ...lossLines(daemon, name, since),
    ...refusedLines(daemon, name, since),
    ...(state.paused ? [`the queue is paused: daemon.resume('${name}') lets requests in`] : []),
    ...faultLines(daemon, name),
    ...(state.partitions === 0 ? ['the queue has no partitions: no storage has a share of a whole one'] : []),
    ...listed(state.waiting, (lease) => waitingText(lease, now)),
    ...listed(
      state.items.filter((item) => item.state !== 'leasable' || item.expiresAt <= now),
      (item) => itemText(item, state, now),
    ),
    ...hiddenLines(state, now),
    ...advice(daemon, state, now),
  ]
    .map(visible)
    .join('\n')
}

function headline({ name, waiting, counts, partitions }: QueueState): string {
  const { leasable, leased, scheduled } = counts
  const leases =
    waiting.length === 0
      ? 'no lease waits'
      : `${plural(waiting.length, 'lease')} ${waiting.length === 1 ? 'waits' : 'wait'}`
  const where = partitions === 1 ? '' : ` in ${partitions} partitions`
  const nothing = leasable + leased + scheduled === 0
  const items = nothing
    ? 'the queue is empty'
    : `${plural(leasable, 'item')} free, ${leased} leased, ${scheduled} scheduled`
  return `'${name}': ${leases}; ${items}${where}`
}

/** What the queue lost in crashes. */
function lossLines(daemon: Daemon, name: string, since: number): string[] {
  const text = lossText(daemon, name, since)
  return text === '' ? [] : [text]
}

/** Refused calls about this queue or about an unknown one, because those may have been meant for this queue. */
function refusedLines(daemon: Daemon, name: string, since: number): string[] {
  const id = daemon.inspector.queueId(name)
  const log = new EventLog(daemon)
  const refused = log.refusedSince(since).filter(({ queueId }) => queueId === id || queueId === 0)
  const ended = log.ofKind('lease-timed-out', since, [name]).filter(({ queueId }) => queueId === id)
  const clients = [...new Set(ended.map(({ clientId = '' }) => clientId))]
  const empty = `${plural(ended.length, 'lease')} got nothing in time, by ${clients.slice(0, MOST_TOLD).join(', ')}`
  return [
    ...listed(refusalsOf(refused), (refusal) => `! ${refusalText(refusal, ago(daemon, refusal))}`),
    ...(ended.length === 0 ? [] : [`  ${empty}`]),
  ]
}

/** The open faults that may act on calls of this queue. */
function faultLines({ faults }: Daemon, name: string): string[] {
  const open = faults.open.filter(({ isOpen, spec }) => {
    return isOpen && (spec.queue === undefined || spec.queue === name) && spec.condition?.isHealthy(name) !== true
  })
  return listed(open, ({ text, fired, spec }) => {
    if (spec.condition !== undefined) return `! a condition is in force: ${text}`
    const often = fired === 1 ? 'once' : `${fired} times`
    return `! a fault is open: ${text}; it acted ${often}${siteText(placesOf(spec.origin))}`
  })
}

function ago(daemon: Daemon, { lastEvent }: RefusalStory): string {
  const { refusal } = daemon.record.at(lastEvent)
  return refusal === undefined ? '' : `${lengthOf(passedNow() - refusal.lastPassed)} ago`
}

function waitingText({ consumer, batchSize, deadline }: QueueState['waiting'][number], now: number): string {
  const upTo = batchSize === 1 ? 'an item' : `up to ${batchSize} items`
  return `${consumer.clientId} waits for ${upTo}, ${inTime(deadline, now)} at most${siteText(placesOf(consumer.cause.origin))}`
}

function itemText(item: ItemView, queue: QueueState, now: number): string {
  const where = queue.partitions === 1 ? '' : `, in partition ${item.partition},`
  const name = `${item.reference || item.id}${item.item === 0 ? '' : ` (#${item.item})`}${where}`
  const { state, attempts, until, consumer } = item
  const when = until === undefined ? '' : inTime(until, now)
  if (state === 'scheduled') return `${name} is scheduled: it comes due ${when}`
  const overdue = overdueText(item, queue, now)
  if (overdue !== undefined) return `${name} ${overdue}`
  const of = queue.maxAttempts === 0 ? '' : ` of ${queue.maxAttempts}`
  const by = consumer === undefined ? '' : ` by ${consumer.clientId}`
  return `${name} is leased${by}, the lease ends ${when}; attempt ${attempts}${of}${siteText(placesOf(consumer?.cause.origin))}`
}

/** Returns what has to happen before a waiting lease of the queue gets an item. Empty if no lease waits. */
export function adviceFor(daemon: Daemon, name: string): string[] {
  return daemon.inspector.waits(name) ? advice(daemon, daemon.inspector.queueState(name), daemon.clock.exact.now()) : []
}

/** Whether a partition takes no leases, so that free items may wait in it. */
function isPartlyAway({ inspector }: Daemon, name: string): boolean {
  return inspector.queue(name).partitions.some(({ isAway }) => isAway)
}

function advice(daemon: Daemon, queue: QueueState, now: number): string[] {
  const { name, waiting, items, counts, paused } = queue
  if (waiting.length === 0) return counts.leasable > 0 ? waitersElsewhere(daemon, name) : []
  const lines: string[] = []
  const next = Math.min(...items.map((item) => freeAt(item, queue)))
  if (daemon.clock.frozen) {
    const due = Number.isFinite(next)
      ? `; for the next item: await clock.advance('${lengthOf(Math.ceil(next - now))}')`
      : ''
    lines.push(`the clock is frozen, and nothing comes due until it is moved${due}`)
  }
  if (counts.leasable > 0 && !paused && !isPartlyAway(daemon, name)) {
    lines.push('there are free items: the lease is about to get them')
  }
  if (counts.leasable + counts.leased + counts.scheduled > 0) return lines
  const others = otherQueues(daemon, name)
  const nearest = nearestOf(
    name,
    others.map((other) => other.name),
  )
  for (const other of others.slice(0, MOST_TOLD)) {
    const meant = other.name === nearest ? `; was '${other.name}' meant?` : ''
    lines.push(
      `another queue has items: '${other.name}' holds ${plural(other.count, 'item')} that could be leased${meant}`,
    )
  }
  if (others.length === 0)
    lines.push('no queue has items that could be leased: nothing was produced, or all of it is done')
  return lines
}

/** Returns when an item becomes free without a call: a lease expires at the next look after its deadline. */
function freeAt({ state, attempts, partition, until }: ItemView, { maxAttempts, looks }: QueueState): number {
  if (until === undefined) return Number.POSITIVE_INFINITY
  if (state === 'scheduled') return until
  const goesAway = maxAttempts > 0 && attempts >= maxAttempts
  return goesAway ? Number.POSITIVE_INFINITY : Math.max(until, looks[partition]?.next ?? 0)
}

/** Leases that wait in other queues while this one has items. */
function waitersElsewhere(daemon: Daemon, name: string): string[] {
  const others = daemon.inspector.queueNames().filter((other) => other !== name && daemon.inspector.waits(other))
  const [meant] = others.filter((other) => nearestOf(other, [name]) === name)
  return others.slice(0, MOST_TOLD).map((other) => {
    const waiting = daemon.inspector.queueState(other).waiting[0]
    const who = waiting === undefined ? '' : `${waiting.consumer.clientId} waits in `
    const asked = other === meant ? `; was '${name}' meant?` : ''
    return `a lease waits in another queue: ${who}'${other}'${siteText(placesOf(waiting?.consumer.cause.origin))}${asked}`
  })
}

/** Other queues with free items, most items first. */
function otherQueues(daemon: Daemon, name: string): { name: string; count: number }[] {
  return daemon.inspector
    .queueNames()
    .filter((other) => other !== name)
    .map((other) => ({ name: other, count: daemon.inspector.totals(other)?.leasable ?? 0 }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
}

function listed<T>(list: readonly T[], text: (one: T) => string): string[] {
  const lines = list.slice(0, MOST_TOLD).map((one) => `  ${text(one)}`)
  const left = list.length - lines.length
  return left > 0 ? [...lines, `  and ${left} more`] : lines
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}
