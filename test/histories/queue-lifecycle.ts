/**
 * What the queue of the model does when the clock is advanced (docs/protocol/queue.md §8). It has no dead letter queue.
 */
import { serve } from './queue-serving.js'
import { appendItem, contradict, type Draft, type ModelItem, type ModelPartition } from './queue-state.js'

/** The result of a lease that times out. */
export const LEASE_ENDED = '454 request timeout; no items are in the queue, try again'

/** Advances the clock. Everything happens at the time after the advance, in order of deadlines. */
export function advance(draft: Draft, by: number): void {
  draft.now += by
  for (;;) {
    const looks = Math.min(...draft.partitions.map(({ nextLook }) => nextLook))
    const dues = Math.min(...draft.partitions.flatMap(({ scheduled }) => scheduled.map(({ due }) => due)))
    const ends = Math.min(...draft.waiting.map(({ deadline }) => deadline))
    const first = Math.min(looks, dues, ends)
    if (first > draft.now || draft.status === 'deleted') return
    // At the same time, leases expire first, then items come due, and waiting leases time out last.
    if (looks === first) lookAt(draft, looks)
    else if (dues === first) enqueueDue(draft)
    else endWaiting(draft)
  }
}

function lookAt(draft: Draft, time: number): void {
  for (const partition of draft.partitions) if (partition.nextLook === time) look(draft, partition)
  serve(draft)
}

/** Handles every overdue item in storage order (R5), and requests the next look (R4). */
function look(draft: Draft, partition: ModelPartition): void {
  const { now } = draft
  const { maxAttempts } = draft.setup
  for (const item of [...partition.queued]) {
    const leaseIsOver = (item.leasedUntil ?? Number.POSITIVE_INFINITY) <= now
    const exhausted = maxAttempts > 0 && item.attempts >= maxAttempts
    if (leaseIsOver && !exhausted) appendItem(draft, partition, item)
    else if (leaseIsOver || item.expires <= now) {
      partition.queued = partition.queued.filter((one) => one !== item)
    }
  }
  const earliest = (deadlineOf: (item: ModelItem) => number) => {
    const first = Math.min(...partition.queued.map(deadlineOf))
    return first > now ? first : Number.POSITIVE_INFINITY
  }
  const lease = earliest((item) => item.leasedUntil ?? Number.POSITIVE_INFINITY)
  partition.nextLook = Math.min(
    lease,
    earliest((item) => item.expires),
  )
}

/** Moves due items to the tail, by time and then by id. */
function enqueueDue(draft: Draft): void {
  for (const partition of draft.partitions) {
    const due = partition.scheduled.filter((item) => item.due <= draft.now)
    for (const item of due.sort((a, b) => a.due - b.due)) appendItem(draft, partition, item)
  }
  serve(draft)
}

function endWaiting(draft: Draft): void {
  const ended = draft.waiting.filter(({ deadline }) => deadline <= draft.now)
  draft.waiting = draft.waiting.filter(({ deadline }) => deadline > draft.now)
  for (const { call, output } of ended) {
    if (output === undefined || (typeof output === 'object' && 'error' in output && output.error === LEASE_ENDED))
      continue
    contradict(draft, `the time of lease #${call} would have been over`)
  }
}
