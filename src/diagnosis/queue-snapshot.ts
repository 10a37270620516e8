/**
 * A queue as text that is the same in every run. Items are #1 and #2 in the order in which they came, not ids. Times of a frozen clock
 * count from the creation of the queue, so that earlier tests that moved the clock change nothing. Payloads are as written.
 */
import { TextDecoder } from 'node:util'
import type { Daemon } from '../daemon/daemon.js'
import type { ItemView } from '../daemon/queue-state.js'
import { visible } from '../visible.js'
import { EventLog } from './event-log.js'
import { lengthOf } from './lengths.js'

/** Returns a queue as text. @throws QueratorError if there is no queue of that name */
export function queueSnapshot(daemon: Daemon, name: string): string {
  const state = daemon.inspector.queueState(name)
  const numbers = numbersOf(daemon, name)
  const at = (time: number) => (daemon.clock.frozen ? ` +${lengthOf(time - state.createdAt)}` : '')
  const lines = state.items.map((item) => {
    const payload = payloadText(Buffer.from(item.payload, 'latin1'))
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

/** Returns the bytes of a payload as text, or in hex if they are no text. */
export function payloadText(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes)
  return /[\p{Cc}\ufffd]/u.test(text) ? `<${Buffer.from(bytes).toString('hex')}>` : text
}
