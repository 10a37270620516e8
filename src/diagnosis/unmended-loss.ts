/** What a test lost in crashes and restarts, and nobody brought back: a queue may be empty for that reason alone. */
import type { Daemon } from '../daemon/daemon.js'
import type { EventKind, RecordedEvent } from '../engine/events/event-kinds.js'

/** What to look for. */
export interface LossQuery {
  readonly queue: string
  /** The number of the first event of the test. */
  readonly first: number
  /** The number of the last event at which something may be lost. Whatever came later may have brought it back. */
  readonly last: number
  /** Whether scheduled items count. */
  readonly scheduled: boolean
}

/** The items that were lost in one crash or restart, and not produced again. */
export interface LostItems {
  /** Which crash: `crash (orders.test.ts:12)`. */
  readonly how: string
  /** The references of the items, or the ids of those without one. */
  readonly names: readonly string[]
}

/** An item that was lost. */
interface Lost {
  readonly name: string
  /** Tells items apart: the reference, or for an item without one its payload. */
  readonly key: string
  readonly number: number
}

/** What makes a queue part of a test. */
const TOUCHES: readonly EventKind[] = ['produced', 'imported', 'leased', 'lease-waiting']
/** The most items that are named. */
const MOST_NAMED = 3

/** Returns what a queue, or earlier ones of its name, lost since the test began and has not got again, by crash. Not what the test knows of. */
export function lostItems(daemon: Daemon, query: LossQuery): LostItems[] {
  const byCrash = new Map<string, string[]>()
  for (const { name, number } of stillLost(daemon, query)) {
    const how = daemon.losses.howText(number)
    byCrash.set(how, [...(byCrash.get(how) ?? []), name])
  }
  return [...byCrash].map(([how, names]) => ({ how, names }))
}

function stillLost({ record, losses }: Daemon, { queue, first, last, scheduled }: LossQuery): Lost[] {
  let lost: Lost[] = []
  const before = new Map<number, EventKind>()
  const keys = new Map<number, string>()
  for (let number = Math.max(first, record.first); number <= record.count; number++) {
    const event = record.at(number)
    const { kind, address, item, reference, id = '' } = event
    if (address.queue !== queue || item === 0) continue
    if (kind === 'produced' || kind === 'imported') {
      keys.set(item, keyOf(event))
      lost = withoutItem(lost, event)
    }
    const counts = number <= last && (scheduled || before.get(item) !== 'scheduled')
    if (kind === 'item-lost' && counts && !losses.isKnown(queue, number)) {
      lost.push({ name: reference || id, key: keys.get(item) ?? keyOf(event), number })
    }
    before.set(item, kind)
  }
  return lost
}

function keyOf({ reference, payload }: RecordedEvent): string {
  return reference === '' ? `payload ${payload?.text}` : `reference ${reference}`
}

/** A reference names one item, however often it was produced. Items without one are told apart by number. */
function withoutItem(lost: Lost[], produced: RecordedEvent): Lost[] {
  if (lost.length === 0) return lost
  const key = keyOf(produced)
  if (produced.reference !== '') return lost.filter((one) => one.key !== key)
  const at = lost.findIndex((one) => one.key === key)
  return at < 0 ? lost : lost.toSpliced(at, 1)
}

/** Returns in which crash a queue was lost since the test began, if it is still not there: `crash (orders.test.ts:12)`. */
export function lostQueue(daemon: Daemon, name: string, first: number): string | undefined {
  const loss = lossOfQueue(daemon, name, first)
  return loss === undefined ? undefined : daemon.losses.howText(loss)
}

/** The same, unless the test has not used the queue, or knows of the loss. */
export function unknownLossOfQueue(daemon: Daemon, { queue, first }: LossQuery): string | undefined {
  const loss = lossOfQueue(daemon, queue, first)
  if (loss === undefined || daemon.losses.isKnown(queue, loss) || !isUsed(daemon, queue, first)) return undefined
  return daemon.losses.howText(loss)
}

function lossOfQueue({ record, inspector, presence }: Daemon, name: string, first: number): number | undefined {
  if (!presence.isUp || inspector.queueId(name) !== undefined) return undefined
  for (let number = record.count; number >= Math.max(first, record.first); number--) {
    const { kind, address } = record.at(number)
    if (address.queue !== name || address.queueId === 0) continue
    return kind === 'queue-lost' ? number : undefined
  }
  return undefined
}

/** Whether anything happened in a queue but its own beginning and end. Fixtures make queues of which a test may not know. */
function isUsed({ record }: Daemon, name: string, first: number): boolean {
  for (let number = Math.max(first, record.first); number <= record.count; number++) {
    const { kind, address, deadQueue } = record.at(number)
    if ((address.queue === name && !kind.startsWith('queue-')) || deadQueue?.queue === name) return true
  }
  return false
}

/** Returns the names of the queues that lost something since the test began: `own`, or those in which the test did something. */
export function queuesWithLosses({ record }: Daemon, first: number, own: readonly string[]): string[] {
  const lost = new Set<string>()
  const touched = new Set(own)
  for (let number = Math.max(first, record.first); number <= record.count; number++) {
    const { kind, address } = record.at(number)
    if (kind === 'item-lost' || kind === 'queue-lost') lost.add(address.queue)
    else if (TOUCHES.includes(kind)) touched.add(address.queue)
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
