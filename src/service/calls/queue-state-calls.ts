/** The other calls of a queue: stats, clear, reload (docs/protocol/queue.md §10 and §11). */
import { formatDuration } from '../../clock/duration.js'
import type { Item } from '../../engine/store/item.js'
import { badRequest } from '../../errors.js'
import type { AnswerOf, RequestOf } from '../../protocol/methods.js'
import { type CallContext, findQueue } from '../context.js'

/**
 * queue.stats (docs/protocol/queue.md §10). Partitions are in the order of their numbers. As recorded from the server, the field
 * `partition` is not set.
 */
export function queueStats(context: CallContext, request: RequestOf<'queueStats'>): AnswerOf<'queueStats'> {
  const queue = findQueue(context, request.queueName)
  queue.assertRunning()
  const waiting = queue.waitingCounts
  const now = context.clock.now()
  const partitions = queue.partitions.map((partition) => {
    const stats = partition.counts.stats(now)
    return {
      total: stats.total,
      totalLeased: stats.leased,
      scheduled: stats.scheduled,
      averageAge: formatDuration(stats.averageAge),
      averageLeasedAge: formatDuration(stats.averageLeasedAge),
    }
  })
  return {
    queueName: request.queueName,
    logicalQueues: [
      {
        produceWaiting: waiting.produce,
        leaseWaiting: waiting.lease,
        completeWaiting: waiting.complete,
        inFlight: waiting.inFlight,
        partitions,
      },
    ],
  }
}

/** queue.clear (docs/protocol/queue.md §11). */
export function queueClear(context: CallContext, request: RequestOf<'queueClear'>): void {
  const queue = findQueue(context, request.queueName)
  queue.assertRunning()
  if (!request.queue && !request.scheduled) {
    throw badRequest("invalid clear request; one of 'queue', 'scheduled' must be true")
  }
  const everything = request.queue && request.destructive
  const cleared = (item: Item) =>
    everything || (request.queue && item.state === 'leasable') || (request.scheduled && item.state === 'scheduled')
  queue.clear(cleared)
  if (request.queue) context.emptied(request.queueName)
}

/** queue.reload (docs/protocol/queue.md §11). It recounts on the server. Here the counts are always right. */
export function queueReload(context: CallContext, request: RequestOf<'queueReload'>): void {
  findQueue(context, request.queueName).assertRunning()
}
