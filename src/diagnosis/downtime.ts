/** What to say about a daemon that is down, and about what it lost. */
import type { Daemon } from '../daemon/daemon.js'
import { isQueratorError, usageError } from '../errors.js'

/** Says that a daemon is down, and which call did it. Undefined if it runs. */
export function downText(daemon: Daemon): string | undefined {
  const { down } = daemon.presence
  if (down === undefined) return undefined
  const what = down === 'crashed' ? 'it crashed' : 'it was stopped'
  return `the daemon is down: ${what}${daemon.losses.endSite}; await daemon.restart() brings it up`
}

/** The same, as lines. Empty if it runs. */
export function downLines(daemon: Daemon): string[] {
  const text = downText(daemon)
  return text === undefined ? [] : [text]
}

/**
 * Says how many items a queue, or earlier ones of its name, lost in crashes and restarts since this event. Empty if it lost none.
 */
export function lossText(daemon: Daemon, name: string, since: number): string {
  const { record } = daemon
  let [items, last] = [0, 0]
  for (let number = Math.max(since, record.first); number <= record.count; number++) {
    const { kind, address } = record.at(number)
    if (kind !== 'item-lost' || address.queue !== name) continue
    items++
    last = number
  }
  if (items === 0) return ''
  return `${items} ${items === 1 ? 'item was' : 'items were'} lost in the ${daemon.losses.howText(last)}`
}

/** Says how the item with this reference was lost in a queue, or in an earlier one of its name, since this event. Undefined if it was not. */
export function lostItemText(daemon: Daemon, name: string, lost: string, since: number): string | undefined {
  const { record, losses } = daemon
  for (let number = record.count; number >= Math.max(since, record.first); number--) {
    const { kind, address, reference } = record.at(number)
    if (kind === 'item-lost' && address.queue === name && reference === lost) {
      return `which was lost in the ${losses.howText(number)}`
    }
  }
  return undefined
}

/** Returns why a queue is not there: the daemon is down, or lost it. Empty if neither is so. */
export function absenceLines(daemon: Daemon, name: string): string[] {
  const text = downText(daemon) ?? daemon.losses.queueText(name)
  return text === undefined ? [] : [text]
}

/** Returns an error that says it if a queue is unknown because the daemon lost it. Any other error stays as it is. */
export function withLoss(what: string, error: unknown): unknown {
  const lost = isQueratorError(error) ? error.details.lost : undefined
  return lost === undefined ? error : usageError(`${what}: ${lost}`, error)
}
