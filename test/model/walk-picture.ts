/**
 * Shows the daemon and the model in the same format, to compare them and to read the differences: one line per item,
 * with the model's ids and with times relative to the beginning of the walk.
 */
import type { Ids } from './ids.js'
import { type ModelItem, type ModelLease, type ModelState, NO_TIME, waitingLeases } from './model-state.js'
import type { LeaseOutcome } from './walk-daemon.js'
import type { Seen, SeenItem } from './walk-seen.js'
import type { World } from './worlds.js'

/** Lists of lines by subject. */
export type Picture = ReadonlyMap<string, readonly string[]>

/** The visible state of the daemon. */
export interface DaemonSide {
  readonly start: number
  readonly answer: string
  readonly seen: Seen
  readonly leases: ReadonlyMap<string, LeaseOutcome>
}

/** The picture of the model. */
export function modelPicture({ state, answer }: Pick<World, 'state' | 'answer'>, start: number): Picture {
  const picture = new Map([['the answer', [answer]]])
  for (const queue of state.queues) {
    for (const { number, queued, scheduled } of queue.partitions) {
      const where = `${queue.name}/${number}`
      const leased = queued.filter((item) => item.leased).length
      picture.set(
        where,
        queued.map((item) => itemLine(item, item.id, item.sourceId, start)),
      )
      picture.set(
        `${where} scheduled`,
        scheduled.map((item) => itemLine(item, item.id, item.sourceId, start)),
      )
      picture.set(`${where} counts`, [countsLine(queued.length, leased, scheduled.length)])
    }
    picture.set(`${queue.name} leases waiting`, [`${waitingLeases(state, queue.name).length}`])
  }
  for (const lease of state.leases) picture.set(lease.key, leaseLines(lease, start))
  return picture
}

/** The picture of the daemon in the ids of a world. Pairs new ids on the way. */
export function daemonPicture({ start, answer, seen, leases }: DaemonSide, { state, ids }: World): Picture {
  acquaint(ids, seen, leases, state)
  const line = (item: SeenItem) => itemLine(item, ids.ours(item.id), ids.ours(item.sourceId), start)
  const picture = new Map([['the answer', [answer]]])
  for (const [name, queue] of seen) {
    for (const { number, queued, scheduled, counts } of queue.partitions) {
      picture.set(`${name}/${number}`, queued.map(line))
      picture.set(`${name}/${number} scheduled`, scheduled.map(line))
      picture.set(`${name}/${number} counts`, [countsLine(...counts)])
    }
    picture.set(`${name} leases waiting`, [`${queue.leasesWaiting}`])
  }
  for (const [key, outcome] of leases) {
    if (typeof outcome === 'string') picture.set(key, [outcome])
    else {
      const items = outcome.items.map((item) => leasedLine(item, ids.ours(item.id), start))
      picture.set(key, [`from partition ${outcome.partition}`, ...items])
    }
  }
  return picture
}

/** Whether two pictures show the same. */
export function isSame(one: Picture, other: Picture): boolean {
  return differences(one, other).length === 0
}

/** The subjects that differ between two pictures. */
export function differences(one: Picture, other: Picture): string[] {
  const subjects = [...new Set([...one.keys(), ...other.keys()])]
  return subjects.filter((subject) => one.get(subject)?.join('\n') !== other.get(subject)?.join('\n'))
}

/** Pairs the ids of items with the same place and the same reference. */
function acquaint(ids: Ids, seen: Seen, leases: DaemonSide['leases'], state: ModelState): void {
  const pair = (ours: ModelItem | undefined, theirs: { id: string; reference: string; sourceId?: string }) => {
    if (ours?.reference !== theirs.reference) return
    ids.pair(ours.id, theirs.id)
    if (theirs.sourceId && ours.sourceId.startsWith('#')) ids.pair(ours.sourceId, theirs.sourceId)
  }
  for (const { key, outcome } of state.leases) {
    const theirs = leases.get(key)
    if (typeof outcome === 'string' || theirs === undefined || typeof theirs === 'string') continue
    for (const [place, item] of theirs.items.entries()) pair(outcome.items[place], item)
  }
  for (const queue of state.queues) {
    for (const partition of queue.partitions) {
      const theirs = seen.get(queue.name as 'q' | 'd')?.partitions[partition.number]
      for (const [place, item] of theirs?.queued.entries() ?? []) pair(partition.queued[place], item)
      for (const [place, item] of theirs?.scheduled.entries() ?? []) pair(partition.scheduled[place], item)
    }
  }
}

function itemLine(item: SeenItem | ModelItem, id: string, sourceId: string, start: number): string {
  const deadline = item.leaseDeadline === NO_TIME ? '' : ` (deadline ${clock(item.leaseDeadline, start)})`
  const from = sourceId === '' ? '' : `, from ${sourceId}`
  const times = `created ${clock(item.createdAt, start)}, expires ${clock(item.expireDeadline, start)}`
  return `${item.reference} ${id} ${item.leased ? 'leased' : 'free'}${deadline}, attempts ${item.attempts}, ${times}${from}`
}

function leaseLines({ outcome }: ModelLease, start: number): string[] {
  if (typeof outcome === 'string') return [outcome]
  return [`from partition ${outcome.partition}`, ...outcome.items.map((item) => leasedLine(item, item.id, start))]
}

function leasedLine(
  item: Pick<SeenItem, 'reference' | 'attempts' | 'leaseDeadline'>,
  id: string,
  start: number,
): string {
  return `${item.reference} ${id} until ${clock(item.leaseDeadline, start)}, attempts ${item.attempts}`
}

function countsLine(total: number, leased: number, scheduled: number): string {
  return `total ${total}, leased ${leased}, scheduled ${scheduled}`
}

/** A time, relative to the beginning of the walk. */
export function clock(time: number, start: number): string {
  if (time === 0) return '1970'
  if (!Number.isFinite(time)) return 'never'
  return `${time < start ? '-' : '+'}${Math.abs(time - start)}ms`
}
