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

/** What takes a partition away. */
interface PartitionOutage {
  readonly queue: string
  readonly partition: number
  /** The number of the queue that it met. Undefined since that went down with the daemon: then it meets the next one of this name. */
  queueId: number | undefined
}

/** Takes partitions away from their queues, and gives them back. */
export class PartitionOutages {
  readonly #around: Around
  readonly #presence: Presence
  readonly #open = new Map<FaultSpec, PartitionOutage>()

  constructor(around: Around, presence: Presence) {
    this.#around = around
    this.#presence = presence
  }

  /** Takes a partition away until {@link end}. @throws QueratorError if there is no such queue, or it has no such partition */
  begin(spec: FaultSpec, partition: number): void {
    const { config, address } = this.#queueOf(spec, partition)
    const outage = { queue: config.name, partition, queueId: address.queueId }
    this.#open.set(spec, outage)
    this.#setAway(outage, true)
  }

  /** Gives the partition back. */
  end(spec: FaultSpec): void {
    const outage = this.#open.get(spec)
    this.#open.delete(spec)
    if (outage !== undefined) this.#setAway(outage, false)
  }

  /** These queues go now, by default all, and others of their names may come in their place. Those that were deleted before stay deleted. */
  leaveQueues(names?: ReadonlySet<string>): void {
    for (const outage of this.#open.values()) {
      if (names?.has(outage.queue) === false) continue
      if (this.#around.queues.find(outage.queue)?.address.queueId === outage.queueId) outage.queueId = undefined
    }
  }

  /** A queue is there now. */
  meet({ config, address, partitions }: LogicalQueue): void {
    for (const outage of this.#open.values()) {
      if (outage.queue !== config.name || (outage.queueId ?? address.queueId) !== address.queueId) continue
      outage.queueId = address.queueId
      const partition = partitions[outage.partition]
      if (partition !== undefined) partition.isAway = true
    }
  }

  #queueOf({ queue: name = '' }: FaultSpec, number: number): LogicalQueue {
    const queue = this.#around.queues.find(name)
    if (queue === undefined) {
      this.#presence.assertUp()
      throw usageError(`there is no queue named '${name}', so its partition ${number} cannot fail`)
    }
    const count = queue.partitions.length
    if (number < count) return queue
    throw badRequest(`partition is invalid; '${number}' is not a valid partition`)
  }

  #setAway({ queue: name, partition: number, queueId }: PartitionOutage, isAway: boolean): void {
    const queue = this.#around.queues.find(name)
    const partition = queue?.partitions[number]
    // A queue that was deleted has stopped for good, and the next one of its name is another.
    if (partition === undefined || queue?.address.queueId !== queueId) return
    this.#around.during({ call: isAway ? 'outage' : 'end of outage' }, () => queue?.faults.setAway(partition, isAway))
  }
}
