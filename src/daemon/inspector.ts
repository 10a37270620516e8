/** Looks at the queues of a daemon for the harness, beyond what the protocol shows. */
import type { Address } from '../engine/events/event-kinds.js'
import type { LogicalQueue } from '../engine/queue/logical-queue.js'
import type { Queues } from '../engine/queue/queues.js'
import type { Item } from '../engine/store/item.js'
import { usageError } from '../errors.js'
import { type QueueState, type QueueTotals, queueState, queueTotals } from './queue-state.js'

/** Looks at queues, and changes nothing. */
export class Inspector {
  readonly #queues: Queues

  constructor(queues: Queues) {
    this.#queues = queues
  }

  /** The queue of that name, for what is not on the wire. @throws QueratorError when there is none */
  queue(name: string): LogicalQueue {
    const queue = this.#queues.find(name)
    if (queue !== undefined) return queue
    throw usageError(`there is no queue named '${name}'; there are: ${this.queueNames().join(', ') || 'none'}`)
  }

  /** The number that tells the queue of that name from others that had it; undefined when there is none. */
  queueId(name: string): number | undefined {
    return this.addressOf(name)?.queueId
  }

  /** Where the queue of that name is in the record of events; undefined when there is none. */
  addressOf(name: string): Address | undefined {
    return this.#queues.find(name)?.address
  }

  /** What the queue calls the item with this id, and the partition that has it; undefined when none does. */
  placeOf(queueName: string, id: string): { readonly reference: string; readonly partition: number } | undefined {
    const found = this.#find(queueName, id)
    return found && { reference: found.item.reference || id, partition: found.partition }
  }

  /** Returns the state of a queue. @throws QueratorError when there is none of that name */
  queueState(name: string): QueueState {
    const queue = this.queue(name)
    const { deadQueue } = queue.config
    return queueState(queue, deadQueue !== '' && this.#queues.find(deadQueue) === undefined)
  }

  /** Returns the state of the queue of that name, or undefined. */
  totals(name: string): QueueTotals | undefined {
    const queue = this.#queues.find(name)
    return queue && queueTotals(queue)
  }

  /** Whether a lease waits in the queue of that name. */
  waits(name: string): boolean {
    return (this.#queues.find(name)?.waitingCounts.lease ?? 0) > 0
  }

  /** The names of all queues, in the order of their creation. */
  queueNames(): string[] {
    return this.#queues.all().map((queue) => queue.config.name)
  }

  /** The number of an item in the record of events; undefined when nothing is known of it. */
  itemNumber(queueName: string, id: string): number | undefined {
    return this.#find(queueName, id)?.item.serial || undefined
  }

  /** How many leases wait in all queues. */
  get waitingLeases(): number {
    return this.#queues.all().reduce((total, queue) => total + queue.waitingCounts.lease, 0)
  }

  /** The queues that are paused. */
  pausedQueues(): Address[] {
    return this.#queues.all().flatMap((queue) => (queue.paused ? [queue.address] : []))
  }

  #find(queueName: string, id: string): { readonly item: Item; readonly partition: number } | undefined {
    for (const partition of this.#queues.find(queueName)?.partitions ?? []) {
      const item = partition.find(id)
      if (item !== undefined) return { item, partition: partition.number }
    }
    return undefined
  }
}
