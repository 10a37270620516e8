/** How a wait on a server elsewhere asks for a queue. */
import type { PolledPlace } from '../waiting/polling.js'
import { queueCounts } from './queue-counts.js'
import type { QueueHome } from './queue-home.js'
import { storedItems } from './stored-item.js'

/** Returns a queue of a server elsewhere as a wait asks for it. `existed` is whether it existed before. */
export function polledPlace(
  home: QueueHome,
  server: NonNullable<QueueHome['elsewhere']>,
  queue: string,
  existed: boolean,
): PolledPlace {
  const { ownClient, isClosed } = home
  const stored = (call: 'storageItemsList' | 'storageScheduledList', most: number, signal: AbortSignal) =>
    storedItems(ownClient, queue, call, () => [], { most, signal })
  return {
    queue,
    existed,
    server,
    patience: home.waiting(queue).patience,
    isClosed,
    counts: async (signal) => {
      const { total, leased, scheduled, leasesWaiting } = await queueCounts(ownClient, queue, { signal })
      return { leasable: total - leased, leased, scheduled, leasesWaiting }
    },
    items: async (most, signal) => {
      const [queued, scheduled] = await Promise.all([
        stored('storageItemsList', most, signal),
        stored('storageScheduledList', most, signal),
      ])
      const listed = [
        ...queued.map((item) => ({ item, is: item.leased ? ('leased' as const) : ('free' as const) })),
        ...scheduled.map((item) => ({ item, is: 'scheduled' as const })),
      ]
      return listed
        .slice(0, most)
        .map(({ item, is }) => ({ name: item.reference || item.id, is, attempts: item.attempts }))
    },
  }
}
