/** Hints about consumers that work correctly, but could do better. */
import { placesOf, siteText } from '../../client/call-site.js'
import type { Daemon } from '../../daemon/daemon.js'
import type { Cause, Consumer } from '../../engine/events/event-kinds.js'
import type { QueueEvent } from '../event-log.js'

/** The least items of a lease for which one call would be noticeably better. */
const MANY = 3

/** The items of one lease that were completed, by call. */
type Completed = Map<Cause, number>

/** Returns at most one hint about each thing. */
export function hintsOf(daemon: Daemon, events: readonly QueueEvent[]): string[] {
  const byLease = new Map<Consumer, { readonly queue: string; readonly calls: Completed }>()
  for (const { number, kind, queue } of events) {
    if (kind !== 'completed') continue
    // Items of one lease share the consumer of the lease, and what one call does shares its cause.
    const { consumer, cause } = daemon.record.at(number)
    if (consumer === undefined) continue
    const lease = byLease.get(consumer) ?? { queue, calls: new Map() }
    lease.calls.set(cause, (lease.calls.get(cause) ?? 0) + 1)
    byLease.set(consumer, lease)
  }
  for (const [{ clientId }, { queue, calls }] of byLease) {
    const single = [...calls].filter(([, items]) => items === 1)
    if (single.length < MANY) continue
    const site = siteText(placesOf(single[0]?.[0].origin))
    const what = `${clientId} completed ${single.length} items of one lease of '${queue}' in ${single.length} calls`
    return [`${what}: one queue.complete takes up to 1,000 ids of a lease${site}`]
  }
  return []
}
