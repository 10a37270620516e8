/** Leases and leased items, with methods to complete and retry them. */

import type { QueratorClient } from '../../client/client.js'
import { checkOptions } from '../../client/known-options.js'
import { answering } from '../../client/unawaited.js'
import { paced } from '../../clock/event-loop.js'
import type { EventLog, QueueEvent } from '../../diagnosis/event-log.js'
import type { ResponseOf } from '../../protocol/methods.js'
import { dateOf } from '../../protocol/timestamp.js'
import { Payload } from './payload.js'

/** What a lease needs of its daemon. @internal */
export interface LeaseHome {
  readonly client: QueratorClient
  events(): EventLog
}

type LeaseResponse = ResponseOf<'queueLease'>

/** Options of `retry()`. */
export interface RetryOptions {
  /** The earliest time at which the items may be leased again. Default: at once. A time less than 100 ms ahead means at once. */
  readonly at?: Date
  /**
   * Deletes the items instead, as Querator does, even if the queue has a dead letter queue. To send an item there, let its last
   * lease run out: see `maxAttempts` of `createQueue()`. Default `false`. See docs/protocol/queue.md §6.
   */
  readonly dead?: boolean
}

const RETRY_OPTIONS = ['at', 'dead']

/** An item that you have leased. You hold it until `leaseDeadline`. */
export class LeasedItem extends Payload {
  /** The id. It changes whenever the item goes to the tail of its partition. Use `reference` to recognize the item. */
  readonly id: string
  /** The producer's name for the item. */
  readonly reference: string
  /** The producer's kind of item. */
  readonly kind: string
  /** The producer's encoding of the payload. */
  readonly encoding: string
  /** How often the item has been leased, including this time. */
  readonly attempts: number
  /** When the lease runs out, by the daemon's clock. */
  readonly leaseDeadline: Date
  readonly #lease: Lease
  #settled: 'completed' | 'retried' | undefined

  /** @internal */
  constructor(lease: Lease, item: LeaseResponse['items'][number]) {
    super(item.bytes)
    this.#lease = lease
    this.id = item.id
    this.reference = item.reference
    this.kind = item.kind
    this.encoding = item.encoding
    this.attempts = item.attempts
    this.leaseDeadline = item.leaseDeadline === undefined ? new Date(Number.NaN) : dateOf(item.leaseDeadline)
  }

  /** What was done with the item here. It says nothing about calls of other clients. @internal */
  get settled(): 'completed' | 'retried' | undefined {
    return this.#settled
  }

  /** @internal */
  settle(how: 'completed' | 'retried'): void {
    this.#settled = how
  }

  /** Completes the item: it is removed from the queue. @throws QueratorError with code 400 if the lease has run out */
  complete(): Promise<void> {
    return this.#lease.completeItems([this])
  }

  /** Returns what happened to the item, the oldest event first. @throws QueratorError on a server elsewhere */
  history(): QueueEvent[] {
    return this.#lease.historyOf(this)
  }

  /** Returns the item to the queue, at once or later. @throws QueratorError with code 400 if the lease has run out */
  retry(options?: RetryOptions): Promise<void> {
    return this.#lease.retryItems([this], options)
  }
}

/** The result of `queue.lease()`: items of one partition. */
export class Lease {
  /** The leased items, in queue order. At least one. */
  readonly items: readonly LeasedItem[]
  /** The number of the partition that the items are in. */
  readonly partition: number
  /** The name of the consumer that holds the items. */
  readonly clientId: string
  readonly #client: QueratorClient
  readonly #events: () => EventLog
  readonly #queueName: string

  /** @internal */
  constructor(home: LeaseHome, clientId: string, response: LeaseResponse) {
    this.#client = home.client
    this.#events = () => home.events()
    this.#queueName = response.queueName
    this.clientId = clientId
    this.partition = response.partition
    this.items = response.items.map((item) => new LeasedItem(this, item))
  }

  /**
   * Completes all items of the lease.
   * @throws QueratorError with code 400 at the first item that is no longer leased. Items before it are completed.
   */
  complete(): Promise<void> {
    return this.completeItems(this.items)
  }

  /**
   * Returns all items of the lease to the queue, at once or later.
   * @throws QueratorError with code 400 at the first item that is no longer leased. Items before it are returned.
   */
  retry(options?: RetryOptions): Promise<void> {
    return this.retryItems(this.items, options)
  }

  /** @internal */
  historyOf(item: LeasedItem): QueueEvent[] {
    return this.#events().ofItemWithId(this.#queueName, item.id)
  }

  /** @internal */
  completeItems(items: readonly LeasedItem[]): Promise<void> {
    const completing = this.#client.queueComplete({
      queueName: this.#queueName,
      partition: this.partition,
      requestTimeout: '1m',
      ids: items.map((item) => item.id),
    })
    return answering(completing, () => settle(items, 'completed'))
  }

  /** @internal */
  retryItems(items: readonly LeasedItem[], options: RetryOptions = {}): Promise<void> {
    try {
      checkOptions('retry', options, RETRY_OPTIONS)
    } catch (wrongOption) {
      return paced(Promise.reject(wrongOption))
    }
    const { at, dead = false } = options
    const retrying = this.#client.queueRetry({
      queueName: this.#queueName,
      partition: this.partition,
      items: items.map(({ id }) => ({ id, dead, ...(at === undefined ? {} : { retryAt: at }) })),
    })
    return answering(retrying, () => settle(items, 'retried'))
  }
}

function settle(items: readonly LeasedItem[], how: 'completed' | 'retried'): void {
  for (const item of items) item.settle(how)
}
