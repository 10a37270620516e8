/** The metrics of queues. */

import { type EventKind, KIND } from '../engine/events/event-kinds.js'
import type { LogicalQueue } from '../engine/queue/logical-queue.js'
import type { QueueFigures } from '../transport/figures.js'

/** How many queues have metrics of their own, in order of creation. The others are summed up. */
const MOST_QUEUES = 1000
/** The name of that sum, which no queue can have. */
const OTHER_QUEUES = '~other'

/** Returns the metrics of queues. Queues beyond the limit are summed up. */
export function queueFigures(queues: readonly LogicalQueue[]): QueueFigures[] {
  const own = queues.slice(0, MOST_QUEUES).map((queue) => figuresOf(queue, queue.config))
  const others = queues.slice(MOST_QUEUES).map((queue) => figuresOf(queue, { name: OTHER_QUEUES, namespace: '' }))
  return others.length === 0 ? own : [...own, others.reduce(added)]
}

const TOTALS = ['produced', 'leased', 'completed', 'retried', 'leaseExpired', 'expired', 'deadLettered'] as const

function figuresOf(queue: LogicalQueue, { name, namespace }: { name: string; namespace: string }): QueueFigures {
  const figures = { queue: name, namespace, leasesWaiting: queue.waitingCounts.lease }
  const counts = { items: 0, leased: 0, scheduled: 0 }
  for (const { counts: part } of queue.partitions) {
    counts.items += part.total
    counts.leased += part.leased
    counts.scheduled += part.scheduled
  }
  const happened = (kind: EventKind) => {
    return queue.partitions.reduce((sum, { tally }) => sum + (tally[KIND[kind]] as number), 0)
  }
  const totals = {
    produced: happened('produced'),
    leased: happened('leased'),
    completed: happened('completed'),
    retried: happened('retried'),
    leaseExpired: happened('lease-expired'),
    expired: happened('item-expired'),
    deadLettered: happened('dead-lettered'),
  }
  return { ...figures, ...counts, totals }
}

function added(a: QueueFigures, b: QueueFigures): QueueFigures {
  return {
    ...a,
    items: a.items + b.items,
    leased: a.leased + b.leased,
    scheduled: a.scheduled + b.scheduled,
    leasesWaiting: a.leasesWaiting + b.leasesWaiting,
    totals: Object.fromEntries(
      TOTALS.map((name) => [name, a.totals[name] + b.totals[name]]),
    ) as unknown as QueueFigures['totals'],
  }
}
