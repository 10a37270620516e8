/** The routes about one queue, and the one that puts everything back. */
import type { Daemon } from '../daemon/daemon.js'
import { explainQueue } from '../diagnosis/explain.js'
import { queueSnapshot } from '../diagnosis/queue-snapshot.js'
import { clockOf } from './clock-routes.js'
import { assertQueue } from './queue-names.js'
import { type ControlledDaemon, type Route, route } from './route.js'
import { inWordsOfHttp } from './words.js'

const QUEUE = { queue: { type: 'text', required: true, text: 'The name of the queue.' } } as const

const PAUSE = route({
  method: 'POST',
  path: '/test/queues/pause',
  summary: 'Holds produce, lease, complete and retry of a queue until it is resumed.',
  fields: QUEUE,
  reply: 'Queue',
  run: ({ daemon }, { queue }) => paused(daemon, queue, true),
})

const RESUME = route({
  method: 'POST',
  path: '/test/queues/resume',
  summary: 'Ends a pause, and carries out the calls that it held.',
  fields: QUEUE,
  reply: 'Queue',
  run: ({ daemon }, { queue }) => paused(daemon, queue, false),
})

const EXPLAIN = route({
  method: 'GET',
  path: '/test/explain',
  summary: 'Explains why a lease gets nothing: who waits, what is leased by whom, what is scheduled.',
  fields: QUEUE,
  reply: 'Explanation',
  run: ({ daemon, first }, { queue }) => {
    assertQueue(daemon, queue)
    return { text: inWordsOfHttp(explainQueue(daemon, queue, first)) }
  },
})

const SNAPSHOT = route({
  method: 'GET',
  path: '/test/snapshot',
  summary: 'Returns a queue as text that is the same in every run.',
  fields: QUEUE,
  reply: 'Snapshot',
  run: ({ daemon }, { queue }) => {
    assertQueue(daemon, queue)
    return { text: queueSnapshot(daemon, queue) }
  },
})

const RESET = route({
  method: 'POST',
  path: '/test/reset',
  summary:
    'Puts everything back to the start: queues, access, clock. Faults end, waiting leases get a 453, and a daemon that is down comes up.',
  fields: {},
  reply: 'Clock',
  run: async (on) => {
    if (on.daemon.presence.isDown) await on.daemon.restart({ keeps: undefined, after: 0 })
    reset(on)
    await on.daemon.keeping?.written()
    return clockOf(on.daemon)
  },
})

/** The routes of queues. */
export const QUEUE_ROUTES: readonly Route[] = [PAUSE, RESUME, EXPLAIN, SNAPSHOT, RESET]

function paused(daemon: Daemon, queue: string, on: boolean) {
  assertQueue(daemon, queue)
  daemon.pause(queue, on)
  return { queue, paused: on }
}

/** Starts over. What came before the deletion of the last queue does not count any more. */
function reset(on: ControlledDaemon): void {
  const { record } = on.daemon
  const before = record.count
  on.daemon.reset()
  on.faults.clear()
  let last = record.count
  while (last > before && last >= record.first && record.at(last).kind !== 'queue-deleted') last--
  on.first = last + 1
  on.resets++
}
