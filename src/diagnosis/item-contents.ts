/** What producers gave of items that may be gone. */
import type { Daemon } from '../daemon/daemon.js'
import type { KeptPayload } from '../engine/events/event-kinds.js'

/**
 * Returns what is known of the contents of items, by their number: all of it if the record has it or the item exists, else what the record
 * has. Items that neither of them knows are absent.
 */
export function contentsOf(daemon: Daemon, wanted: ReadonlySet<number>): Map<number, KeptPayload> {
  const { record, inspector } = daemon
  const contents = new Map<number, KeptPayload>()
  for (let number = record.first; number <= record.count; number++) {
    const { item, payload } = record.at(number)
    if (payload !== undefined && wanted.has(item)) contents.set(item, payload)
  }
  const isPart = (item: number) => {
    const known = contents.get(item)
    return known === undefined || isCut(known)
  }
  const left = new Set([...wanted].filter(isPart))
  if (left.size === 0) return contents
  for (const [item, { payload, kind, encoding }] of inspector.itemsOf(left)) {
    contents.set(item, { text: payload, length: payload.length, kind, encoding })
  }
  return contents
}

/** Whether only the beginning of a payload is known. */
export function isCut({ text, length }: KeptPayload): boolean {
  return text.length < length
}
