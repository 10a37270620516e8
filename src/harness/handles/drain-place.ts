/** What draining needs of a queue. */
import { realNow } from '../../clock/real-time.js'
import type { Daemon } from '../../daemon/daemon.js'
import { existingTotals } from '../../diagnosis/gone-queue.js'
import type { DrainPlace } from '../consumers/drain.js'
import { leaseItems } from './queue-calls.js'
import { queueCounts } from './queue-counts.js'
import type { QueueHome } from './queue-home.js'

/** Returns the place to drain a queue. It works on a server elsewhere too. */
export function drainPlace(home: QueueHome, queueName: string): DrainPlace {
  const { daemon } = home
  const handlers = { ...home, client: home.handlersClient }
  return {
    queueName,
    daemon,
    test: home.waiting(queueName),
    failure: home.failure(queueName),
    passed: home.passed,
    handlers: home.handlers,
    nextClientId: () => home.nextClientId('worker'),
    moving: (what) => home.place(what, queueName),
    now: () => daemon?.clock.exact.now() ?? realNow(),
    held: (clientId) => daemon?.inspector.heldBy(queueName, clientId) ?? [],
    whenInVain: (clientId, then) => {
      return daemon?.record.watch(() => waits(daemon, queueName, clientId) && then()) ?? (() => undefined)
    },
    untilUp: (signal) => daemon && untilUp(daemon, signal),
    isDown: () => daemon?.presence.isUp === false,
    life: () => (daemon === undefined ? 0 : daemon.presence.life + daemon.presence.replaced),
    lease: (options) => leaseItems(handlers, queueName, options),
    // At once in the process, so that nothing can come between this answer and the lease.
    hasFree: () => (daemon === undefined ? hasFree(home, queueName) : hasFreeHere(daemon, queueName)),
  }
}

async function hasFree(home: QueueHome, queueName: string): Promise<boolean> {
  const { total, leased } = await queueCounts(home.ownClient, queueName)
  return total > leased
}

function waits({ inspector }: Daemon, queueName: string, clientId: string): boolean {
  if (inspector.queueId(queueName) === undefined) return false
  return inspector.queue(queueName).waitingLeases.some(({ consumer }) => consumer.clientId === clientId)
}

/** @throws QueratorError if the daemon is closed, or the queue is gone */
function hasFreeHere(daemon: Daemon, queueName: string): boolean {
  daemon.assertOpen()
  if (hasLeasable(daemon, queueName)) return true
  // What the consumers of a condition hold for a moment is not done.
  daemon.conditions.current?.giveBack()
  return hasLeasable(daemon, queueName)
}

function hasLeasable(daemon: Daemon, queueName: string): boolean {
  return (existingTotals(daemon, queueName)?.leasable ?? 0) > 0
}

/** Resolves when the daemon runs, or the signal is aborted. Undefined if it runs. */
function untilUp({ presence, record }: Daemon, signal: AbortSignal): Promise<void> | undefined {
  if (presence.isUp || signal.aborted) return undefined
  return new Promise((resolve) => {
    const look = () => {
      if (!presence.isUp && !signal.aborted && !record.ended) return
      stop()
      signal.removeEventListener('abort', look)
      resolve()
    }
    const stop = record.watch(look)
    signal.addEventListener('abort', look)
  })
}
