/** Items that were produced twice, because their producer had no reply before the daemon went down. */
import { siteText } from '../client/call-site.js'
import { isOfDaemon, type QueueEvent } from './queue-event.js'

/**
 * Returns a sentence for each of these references that was produced before the daemon went down, and again after it. Those of items that were
 * lost are left out: whoever produces them again does not add them twice.
 */
export function sentAgain(references: readonly string[], history: readonly QueueEvent[]): string[] {
  return [...new Set(references)].flatMap((reference) => {
    const isProduced = (event: QueueEvent) => event.kind === 'produced' && event.reference === reference
    const last = history.findLastIndex(isProduced)
    const end = history.slice(0, Math.max(last, 0)).findLastIndex(({ kind }) => isOfDaemon(kind) && kind !== UP)
    const lost = new Set(
      history.slice(0, Math.max(last, 0)).flatMap((one) => (one.kind === 'item-lost' ? one.item : [])),
    )
    const isKept = (event: QueueEvent) => isProduced(event) && !lost.has(event.item)
    if (reference === '' || end < 0 || !history.slice(0, end).some(isKept)) return []
    const { call, callPath } = history[end] as QueueEvent
    return [
      `${reference} was produced before the ${call}${siteText(callPath)}, and again after it: a produce whose reply is lost was carried out all the same, so a producer that sends again adds its items twice`,
    ]
  })
}

const UP: QueueEvent['kind'] = 'daemon-restarted'
