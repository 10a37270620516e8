/** Queues without a daemon, for situations that a daemon never allows. */
import { MovableClock } from '../../src/clock/movable-clock.js'
import { EventRecord } from '../../src/engine/events/record.js'
import { AllSurprises } from '../../src/engine/lifecycle/surprises.js'
import type { LogicalQueue } from '../../src/engine/queue/logical-queue.js'
import { Queues, type QueuesOptions } from '../../src/engine/queue/queues.js'
import type { QueueConfig } from '../../src/engine/queue-config.js'
import { MemoryBudget } from '../../src/engine/store/memory-budget.js'
import { seededRandom } from '../../src/ids/random.js'

const MINUTE = { ns: 60_000_000_000n, ms: 60_000, early: 0 }

/** A set of queues on a frozen clock, in one storage. */
export function newQueues(options: Partial<QueuesOptions> = {}): Queues {
  return new Queues({
    clock: new MovableClock('frozen').exact,
    random: seededRandom(1),
    storages: [{ name: 'mem-0', affinity: 1 }],
    record: new EventRecord(0),
    memory: new MemoryBudget(1e12),
    surprises: new AllSurprises(() => undefined),
    ...options,
  })
}

/** A queue with one partition, in a new set of queues unless one is given. */
export function newQueue(queues: Queues = newQueues(), config: Partial<QueueConfig> = {}): LogicalQueue {
  return queues.create({
    name: 'q',
    namespace: '_system',
    leaseTimeout: MINUTE,
    expireTimeout: MINUTE,
    maxAttempts: 0,
    deadQueue: '',
    reference: '',
    requestedPartitions: 1,
    createdAt: 0,
    updatedAt: 0,
    ...config,
  })
}
