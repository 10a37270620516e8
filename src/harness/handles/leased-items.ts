/** What a test gets from a lease: items that know how to be completed and retried. */

import type { QueratorClient } from '../../client/client.js'
import { checkOptions } from '../../client/known-options.js'
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

/** How items are given back. */
export interface RetryOptions {
  /** When they may be leased again; default at once. Less than 100 ms ahead means at once. */
  readonly at?: Date
  /**
   * Deletes the items instead, as Querator does, also when the queue has a dead letter queue. To send an item there, let its
   * last lease run out: see `maxAttempts` of `createQueue` (docs/protocol/queue.md §6).
   */
  readonly dead?: boolean
}

const RETRY_OPTIONS = ['at', 'dead']

/** An item that this test holds until `leaseDeadline`. */
export class LeasedItem extends Payload {
  /** Changes whenever the item goes to the tail; use `reference` to know it again. */
  readonly id: string
  readonly reference: string
  readonly kind: string
  readonly encoding: string
  /** How often it was leased, this time included. */
  readonly attempts: number
  readonly leaseDeadline: Date
  readonly #lease: Lease

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

  /** Ends the item: done. @throws QueratorError 400 when its lease has run out */
  complete(): Promise<void> {
    return this.#lease.completeItems([this])
  }

  /** What happened to it. @throws QueratorError on a server elsewhere */
  history(): QueueEvent[] {
    return this.#lease.historyOf(this)
  }

  /** Gives the item back. @throws QueratorError 400 when its lease has run out */
  retry(options?: RetryOptions): Promise<void> {
    return this.#lease.retryItems([this], options)
  }
}

/** The answer to a lease: items of one partition. */
export class Lease {
  /** In the order of the queue; at least one. */
  readonly items: readonly LeasedItem[]
  readonly partition: number
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

  /** Ends all its items. @throws QueratorError 400 at the first that is not leased any more; those before it are done */
  complete(): Promise<void> {
    return this.completeItems(this.items)
  }

  /** Gives all its items back. @throws QueratorError 400 at the first that is not leased any more */
  retry(options?: RetryOptions): Promise<void> {
    return this.retryItems(this.items, options)
  }

  /** @internal */
  historyOf(item: LeasedItem): QueueEvent[] {
    return this.#events().ofItemWithId(this.#queueName, item.id)
  }

  /** @internal */
  completeItems(items: readonly LeasedItem[]): Promise<void> {
    return this.#client.queueComplete({
      queueName: this.#queueName,
      partition: this.partition,
      requestTimeout: '1m',
      ids: items.map((item) => item.id),
    })
  }

  /** @internal */
  retryItems(items: readonly LeasedItem[], options: RetryOptions = {}): Promise<void> {
    try {
      checkOptions('retry', options, RETRY_OPTIONS)
    } catch (wrongOption) {
      return paced(Promise.reject(wrongOption))
    }
    const { at, dead = false } = options
    return this.#client.queueRetry({
      queueName: this.#queueName,
      partition: this.partition,
      items: items.map(({ id }) => ({ id, dead, ...(at === undefined ? {} : { retryAt: at }) })),
    })
  }
}
