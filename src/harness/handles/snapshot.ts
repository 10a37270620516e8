/**
 * Queues, items and leases as text that is the same in every run. Items are #1 and #2 in the order in which they came, not
 * ids. Times of a frozen clock count from the creation of the queue, so that earlier tests that moved the clock change
 * nothing. Payloads are as written.
 */
import type { Daemon } from '../../daemon/daemon.js'
import type { ItemView } from '../../daemon/queue-state.js'
import { EventLog } from '../../diagnosis/event-log.js'
import { lengthOf } from '../../diagnosis/lengths.js'
import { visible } from '../../visible.js'
import { Payload } from './payload.js'
import type { StoredItem } from './stored-item.js'

/** Returns a queue as text. */
export function queueSnapshot(daemon: Daemon, name: string, items: readonly StoredItem[]): string {
  const state = daemon.inspector.queueState(name)
  const numbers = numbersOf(daemon, name)
  const at = (time: number) => (daemon.clock.frozen ? ` +${lengthOf(time - state.createdAt)}` : '')
  const payloads = new Map(items.map((item) => [item.id, payloadText(item)]))
  const lines = state.items.map((item) => {
    const payload = payloads.get(item.id) ?? ''
    return `#${numbers.get(item.item)} ${itemText(item, state.maxAttempts, at)}${payload === '' ? '' : ` ${payload}`}`
  })
  const leases = state.waiting.map(({ consumer, batchSize, deadline }) => {
    const until = at(deadline)
    return `waiting: ${consumer.clientId} for ${batchSize}${until === '' ? '' : ` until${until}`}`
  })
  const all = [...(state.paused ? ['paused'] : []), ...lines, ...leases]
  return all.length === 0 ? '(empty)' : all.map(visible).join('\n')
}

/** Maps the number of each item in the record to its place in the order in which items came into this queue. */
function numbersOf(daemon: Daemon, name: string): Map<number, number> {
  const numbers = new Map<number, number>()
  const note = (item: number) => {
    if (item !== 0 && !numbers.has(item)) numbers.set(item, numbers.size + 1)
  }
  for (const { item = 0 } of new EventLog(daemon).ofQueue(name)) note(item)
  // Items whose events the record no longer keeps.
  for (const { item } of daemon.inspector.queueState(name).items) note(item)
  return numbers
}

function itemText(
  { reference, state, attempts, until, consumer }: ItemView,
  most: number,
  at: (time: number) => string,
): string {
  const name = reference === '' ? '' : `${reference} `
  const attempt = attempts === 0 ? '' : `, attempt ${attempts}${most === 0 ? '' : ` of ${most}`}`
  if (until === undefined) return `${name}free${attempt}`
  const word = state === 'leased' ? 'until' : 'for'
  const by = consumer === undefined ? '' : ` by ${consumer.clientId}`
  const when = at(until)
  return `${name}${state}${by}${when === '' ? '' : ` ${word}${when}`}${attempt}`
}

function payloadText(payload: Payload): string {
  const text = payload.text()
  return /[\p{Cc}\ufffd]/u.test(text) ? `<${Buffer.from(payload.bytes).toString('hex')}>` : text
}

/** A lease from any copy of this package. */
interface LeaseLike {
  readonly items: readonly ItemLike[]
  readonly clientId: string
}

interface ItemLike {
  readonly reference: string
  readonly attempts: number
}

/**
 * Writes items and leases into snapshots, without ids and times, which change from run to run. Pass it to
 * `expect.addSnapshotSerializer()`. `querator-test/vitest` and `querator-test/jest` do that for you.
 */
export const snapshotSerializer = {
  /** Returns whether `value` is an item or a lease. */
  test: (value: unknown): boolean => isItem(value) || isLease(value),
  /** Returns the text of an item or a lease. */
  serialize(value: unknown): string {
    if (!isLease(value)) return lineOf(value as Payload & ItemLike)
    const items = value.items.map((item) => `  ${lineOf(item as unknown as Payload & ItemLike)}`)
    return [visible(`lease of ${value.clientId}`), ...items].join('\n')
  },
}

function isItem(value: unknown): value is Payload & ItemLike {
  return Payload.is(value) && 'reference' in value
}

function isLease(value: unknown): value is LeaseLike {
  const { items, clientId } = Object(value) as { items?: unknown; clientId?: unknown }
  return Array.isArray(items) && typeof clientId === 'string' && items.length > 0 && items.every(isItem)
}

function lineOf(item: Payload & ItemLike): string {
  const payload = payloadText(item)
  const attempt = item.attempts === 0 ? '' : `, attempt ${item.attempts}`
  return visible(`item ${item.reference || '(no reference)'}${attempt}${payload === '' ? '' : ` ${payload}`}`)
}
