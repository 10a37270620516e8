/** The figures of the queues for the metrics page; a bounded number of queues, however many there are. */
import type { LogicalQueue } from '../engine/logical-queue.js'
import { Tally } from '../engine/tally.js'
import type { QueueFigures } from '../transport/metrics.js'

/** So many queues have figures of their own, in the order of their creation; those of the others are added up. */
const MOST_QUEUES = 1000
/** What they are called: no queue can have this name. */
const OTHER_QUEUES = '~other'

/** See the head of this file. */
export function queueFigures(queues: readonly LogicalQueue[]): QueueFigures[] {
  const own = queues.slice(0, MOST_QUEUES).map((queue) => figuresOf(queue, queue.config))
  const others = queues.slice(MOST_QUEUES).map((queue) => figuresOf(queue, { name: OTHER_QUEUES, namespace: '' }))
  return others.length === 0 ? own : [...own, others.reduce(added)]
}

function figuresOf(queue: LogicalQueue, { name, namespace }: { name: string; namespace: string }): QueueFigures {
  const figures = { queue: name, namespace, leasesWaiting: queue.waitingCounts.lease }
  const counts = { items: 0, leased: 0, scheduled: 0 }
  let totals = new Tally()
  for (const { counts: part, tally } of queue.partitions) {
    counts.items += part.total
    counts.leased += part.leased
    counts.scheduled += part.scheduled
    totals = sum(totals, tally)
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
    totals: sum(a.totals, b.totals),
  }
}

function sum(a: Tally, b: Tally): Tally {
  const total = new Tally()
  for (const name of Object.keys(total) as (keyof Tally)[]) total[name] = a[name] + b[name]
  return total
}
