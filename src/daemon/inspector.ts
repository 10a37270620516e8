/** Reads the queues of a daemon for the harness, beyond what the protocol shows. */
import { type Instant, NEVER } from '../clock/instant.js'
import type { Address, Cause } from '../engine/events/event-kinds.js'
import type { LogicalQueue } from '../engine/queue/logical-queue.js'
import type { Queues } from '../engine/queue/queues.js'
import type { Item } from '../engine/store/item.js'
import { usageError } from '../errors.js'
import type { Losses } from './lives/losses.js'
import type { Presence } from './lives/presence.js'
import { type QueueState, type QueueTotals, queueState, queueTotals } from './queue-state.js'

/** Reads queues and changes nothing. */
export class Inspector {
  readonly #queues: Queues
  readonly #presence: Presence
  readonly #losses: Losses

  constructor(queues: Queues, presence: Presence, losses: Losses) {
    this.#queues = queues
    this.#presence = presence
    this.#losses = losses
  }

  /** Returns a queue for what is not on the wire. @throws QueratorError if no queue has this name, or the daemon is down */
  queue(name: string): LogicalQueue {
    const queue = this.#queues.find(name)
    if (queue !== undefined) return queue
    this.#presence.assertUp()
    throw usageError(
      this.#losses.queueText(name) ??
        `there is no queue named '${name}'; there are: ${this.queueNames().join(', ') || 'none'}`,
    )
  }

  /** Returns the number of a queue, which no earlier queue of the same name had. `undefined` if there is no such queue. */
  queueId(name: string): number | undefined {
    return this.addressOf(name)?.queueId
  }

  /** Returns the address of a queue in the record of events. `undefined` if there is no such queue. */
  addressOf(name: string): Address | undefined {
    return this.#queues.find(name)?.address
  }

  /** Returns the reference and the partition of an item, or `undefined` if the queue does not have it. */
  placeOf(queueName: string, id: string): { readonly reference: string; readonly partition: number } | undefined {
    const found = this.#find(queueName, id)
    return found && { reference: found.item.reference || id, partition: found.partition }
  }

  /** Returns the place of an id in the record of events, if the partition has or had it. `undefined` if not. */
  sequenceOf(queueName: string, partition: number, id: string): number | undefined {
    return this.#queues.find(queueName)?.partitions[partition]?.ids.sequence(id)
  }

  /** Returns the call with which a consumer waits in a queue. `undefined` if it does not wait there. */
  callOfWaiting(queueName: string, clientId: string): Cause | undefined {
    const waiting = this.#queues.find(queueName)?.waitingLeases ?? []
    return waiting.find(({ consumer }) => consumer.clientId === clientId)?.consumer.cause
  }

  /** Returns the state of a queue. @throws QueratorError if no queue has this name */
  queueState(name: string): QueueState {
    const queue = this.queue(name)
    const { deadQueue } = queue.config
    return queueState(queue, deadQueue !== '' && this.#queues.find(deadQueue) === undefined)
  }

  /** Returns the name of the dead letter queue of a queue. `undefined` if it has none, or there is no such queue. */
  deadQueueOf(name: string): string | undefined {
    return this.#queues.find(name)?.config.deadQueue || undefined
  }

  /** Returns the item counts of a queue, or `undefined` if there is no such queue. */
  totals(name: string): QueueTotals | undefined {
    const queue = this.#queues.find(name)
    return queue && queueTotals(queue)
  }

  /** Returns whether a lease is waiting in a queue. */
  waits(name: string): boolean {
    return (this.#queues.find(name)?.waitingCounts.lease ?? 0) > 0
  }

  /** Returns the names of all queues, in order of creation. */
  queueNames(): string[] {
    return this.#queues.all().map((queue) => queue.config.name)
  }

  /** Returns the number of an item in the record of events, or `undefined` if it is unknown. */
  itemNumber(queueName: string, id: string): number | undefined {
    return this.#find(queueName, id)?.item.serial || undefined
  }

  /** Returns the client that holds an item. `undefined` if nobody does, or there is no such item. */
  holderOf(queueName: string, partition: number, id: string): string | undefined {
    const item = this.#queues.find(queueName)?.partitions[partition]?.find(id)
    return item?.leased ? item.holder?.clientId : undefined
  }

  /** Returns the items of a queue that a client holds. Takes time in proportion to the number of its items. */
  heldBy(queueName: string, clientId: string): { readonly id: string; readonly attempts: number }[] {
    return (this.#queues.find(queueName)?.partitions ?? []).flatMap((partition) => {
      const items = partition.page('queued', undefined, Number.POSITIVE_INFINITY)
      const held = items.filter((item) => item.leased && item.holder?.clientId === clientId)
      return held.map(({ sequence, attempts }) => ({ id: partition.ids.text(sequence), attempts }))
    })
  }

  /** Returns when a scheduled item comes due. `undefined` if the queue has no scheduled item with this id. */
  dueOf(queueName: string, id: string): Instant | undefined {
    const item = this.#find(queueName, id)?.item
    return item?.scheduled ? item.until.at : undefined
  }

  /** Returns the items with these numbers in the record, in all queues. Takes time in proportion to the number of all items. */
  itemsOf(numbers: ReadonlySet<number>): Map<number, Item> {
    const found = new Map<number, Item>()
    for (const partition of this.#queues.all().flatMap((queue) => queue.partitions)) {
      for (const which of ['queued', 'scheduled'] as const) {
        for (const item of partition.page(which, undefined, Number.POSITIVE_INFINITY)) {
          if (numbers.has(item.serial)) found.set(item.serial, item)
        }
      }
    }
    return found
  }

  /**
   * Returns when something comes due next for an item of a queue: a lease or a life that ends, or a scheduled item. `Infinity` if nothing
   * does, or there is no such queue.
   */
  nextDeadline(queueName: string): Instant {
    const partitions = this.#queues.find(queueName)?.partitions ?? []
    return partitions.reduce((next, { nextLook, nextDue }) => Math.min(next, nextLook, nextDue), NEVER)
  }

  /** The number of leases waiting in all queues. */
  get waitingLeases(): number {
    return this.#queues.all().reduce((total, queue) => total + queue.waitingCounts.lease, 0)
  }

  /** Returns the queues that are paused. */
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
