/** Partitions that faults take away. */
import type { Cause } from '../../engine/events/event-kinds.js'
import type { LogicalQueue } from '../../engine/queue/logical-queue.js'
import type { Queues } from '../../engine/queue/queues.js'
import { badRequest, usageError } from '../../errors.js'
import type { Presence } from '../lives/presence.js'
import type { FaultSpec } from './fault-spec.js'

/** The parts of the daemon that they need. */
interface Around {
  readonly queues: Queues
  /** Runs `work` at one time, as the cause of its events. */
  during(cause: Cause, work: () => void): void
}

/** Takes partitions away from their queues, and gives them back. */
export class PartitionOutages {
  readonly #around: Around
  readonly #presence: Presence

  constructor(around: Around, presence: Presence) {
    this.#around = around
    this.#presence = presence
  }

  /** Returns the queue of a fault. @throws QueratorError if there is none, or it has no such partition */
  queueOf({ queue: name = '' }: FaultSpec, number: number): LogicalQueue {
    const queue = this.#around.queues.find(name)
    if (queue === undefined) {
      this.#presence.assertUp()
      throw usageError(`there is no queue named '${name}', so its partition ${number} cannot fail`)
    }
    const count = queue.partitions.length
    if (number < count) return queue
    throw badRequest(`partition is invalid; '${number}' is not a valid partition`)
  }

  /** Takes a partition away, or gives it back. */
  setAway(queue: LogicalQueue | undefined, number: number, isAway: boolean): void {
    const partition = queue?.partitions[number]
    // A queue that was deleted has stopped for good.
    if (partition === undefined || this.#around.queues.find(queue?.config.name ?? '') !== queue) return
    this.#around.during({ call: isAway ? 'outage' : 'end of outage' }, () => queue?.faults.setAway(partition, isAway))
  }
}
