/** What to say about a daemon that is down, and about what it lost. */
import { placesOf, siteText } from '../client/call-site.js'
import type { Daemon } from '../daemon/daemon.js'
import type { EventKind } from '../engine/events/event-kinds.js'

const ENDS: readonly EventKind[] = ['daemon-crashed', 'daemon-stopped']

/** Says that a daemon is down, and which call did it. Undefined if it runs. */
export function downText(daemon: Daemon): string | undefined {
  const { down } = daemon.presence
  if (down === undefined) return undefined
  const what = down === 'crashed' ? 'it crashed' : 'it was stopped'
  return `the daemon is down: ${what}${endOf(daemon, daemon.record.count)}; await daemon.restart() brings it up`
}

/** The same, as lines. Empty if it runs. */
export function downLines(daemon: Daemon): string[] {
  const text = downText(daemon)
  return text === undefined ? [] : [text]
}

/** Says how many items a queue lost in crashes and restarts since this event. Empty if it lost none. */
export function lossText(daemon: Daemon, queueId: number, since: number): string {
  const { record } = daemon
  let [items, last] = [0, 0]
  for (let number = Math.max(since, record.first); number <= record.count; number++) {
    const { kind, address } = record.at(number)
    if (kind !== 'item-lost' || address.queueId !== queueId) continue
    items++
    last = number
  }
  if (items === 0) return ''
  return `${items} ${items === 1 ? 'item was' : 'items were'} lost in the ${howText(daemon, last)}`
}

/** Says in which crash or restart the last queue of a name was lost. Undefined if it was not. */
export function lostQueueText(daemon: Daemon, name: string): string | undefined {
  const { record } = daemon
  for (let number = record.count; number >= record.first; number--) {
    const { kind, address } = record.at(number)
    if (address.queue !== name || address.queueId === 0) continue
    if (kind !== 'queue-lost') return undefined
    return `the queue '${name}' was lost in the ${howText(daemon, number)}: the daemon kept nothing; create it again, or keep it with keeps: 'queues' or keeps: 'items'`
  }
  return undefined
}

/** `crash at orders.test.ts:12:15`, for the end of the daemon before this event. */
function howText({ record }: Daemon, before: number): string {
  const { call, origin } = record.at(before).cause
  return `${call}${siteText(placesOf(origin))}`
}

/** Where the call stands that ended the daemon last, before this event. */
function endOf({ record }: Daemon, before: number): string {
  for (let number = before; number >= record.first; number--) {
    const { kind, cause } = record.at(number)
    if (ENDS.includes(kind)) return siteText(placesOf(cause.origin))
  }
  return ''
}
