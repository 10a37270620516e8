/** What a test lost in crashes and restarts, and nobody brought back: a queue may be empty for that reason alone. */
import type { Daemon } from '../daemon/daemon.js'
import type { EventKind } from '../engine/events/event-kinds.js'
import type { LossQuery, LostItems } from './lost-items.js'

/** A queue that was lost. */
type LostQueue = Omit<LostItems, 'names'>

/** What makes a queue part of a test. */
const TOUCHES: readonly EventKind[] = ['produced', 'imported', 'leased', 'lease-waiting']
/** The most items that are named. */
const MOST_NAMED = 3

/** Returns in which crash a queue was lost since the test began, if it is still not there: `crash (orders.test.ts:12)`. */
export function lostQueue(daemon: Daemon, name: string, first: number): string | undefined {
  const loss = lossOfQueue(daemon, { queue: name, first, last: daemon.record.count })
  return loss === undefined ? undefined : daemon.losses.howText(loss)
}

/** Returns for each query the same, unless the test has not used the queue, or knows of the loss. It reads the events at most once. */
export function unknownLosses(daemon: Daemon, queries: readonly LossQuery[]): (LostQueue | undefined)[] {
  const { record, losses } = daemon
  const lost = queries.map((query) => {
    const loss = lossOfQueue(daemon, query)
    return loss === undefined || losses.isKnown(query.queue, loss) ? undefined : loss
  })
  const used = usedOf(
    daemon,
    queries.filter((_, index) => lost[index] !== undefined),
  )
  return Array.from(queries, (query, index) => {
    const loss = lost[index]
    if (loss === undefined || !used.has(query)) return undefined
    return { end: record.landmarks.endBetween(0, loss), how: losses.howText(loss) }
  })
}

function lossOfQueue(
  { record, inspector, presence }: Daemon,
  { queue, first, last }: Pick<LossQuery, 'queue' | 'first' | 'last'>,
): number | undefined {
  if (!presence.isUp || inspector.queueId(queue) !== undefined) return undefined
  const loss = record.landmarks.lossOf(queue)
  return loss >= Math.max(first, record.first) && loss <= last ? loss : undefined
}

/** Returns those in whose queue anything happened but its own beginning and end. Fixtures make queues of which a test may not know. */
function usedOf({ record }: Daemon, queries: readonly LossQuery[]): Set<LossQuery> {
  const left = new Set(queries)
  const used = new Set<LossQuery>()
  const first = Math.min(...queries.map((query) => query.first))
  for (let number = Math.max(first, record.first); number <= record.count && left.size > 0; number++) {
    if (record.kindAt(number)?.startsWith('queue-')) continue
    const { address, deadQueue } = record.at(number)
    for (const query of left) {
      if (number < query.first || (address.queue !== query.queue && deadQueue?.queue !== query.queue)) continue
      used.add(query)
      left.delete(query)
    }
  }
  return used
}

/** Returns the names of the queues that lost something since the test began: `own`, or those in which the test did something. */
export function queuesWithLosses({ record }: Daemon, first: number, own: readonly string[]): string[] {
  const lost = new Set<string>()
  const touched = new Set(own)
  for (let number = Math.max(first, record.first); number <= record.count; number++) {
    const kind = record.kindAt(number)
    if (kind === 'item-lost' || kind === 'queue-lost') lost.add(record.at(number).address.queue)
    else if (kind !== undefined && TOUCHES.includes(kind)) touched.add(record.at(number).address.queue)
  }
  return [...lost].filter((name) => touched.has(name))
}

/** Says that a check passed because items were lost, and what to do. */
export function lostItemsText(daemon: Daemon, queue: string, { how, names }: LostItems, check: string): string {
  const what = names.length === 1 ? `1 item of '${queue}' was` : `${names.length} items of '${queue}' were`
  const more = names.length > MOST_NAMED ? `, and ${names.length - MOST_NAMED} more` : ''
  const named = `${names.slice(0, MOST_NAMED).join(', ')}${more}`
  const keep = daemon.keeping === undefined ? "set keeps: 'items'" : 'give the queue a storage that lasts'
  return `${what} lost in the ${how} and not produced again (${named}): ${check}() passed because of that. If your production keeps items, ${keep}. If not, let your code produce them again, or check what was done with toHaveCompleted()`
}

/** Says that a check passed because a queue is not there, and what to do. */
export function lostQueueText(daemon: Daemon, queue: string, { how, names }: LostItems, check: string): string {
  const count = names.length === 1 ? ', with 1 item,' : names.length === 0 ? '' : `, with ${names.length} items,`
  const keep =
    daemon.keeping === undefined ? "set keeps: 'queues' or keeps: 'items'" : 'give the queues a storage that lasts'
  return `the queue '${queue}' was lost in the ${how}${count} and not created again: ${check}() passed because of that. If your production keeps queues, ${keep}. If not, let your code create it again, or wait for the loss with waitFor({ event: 'queue-lost' })`
}
