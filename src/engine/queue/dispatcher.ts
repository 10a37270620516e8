/** Gives the free items of a queue to consumers. */
import type { Instant } from '../../clock/instant.js'
import { badRequest, type QueratorError, requestFailed } from '../../errors.js'
import { type Address, CLIENT_GONE, type Consumer, KIND } from '../events/event-kinds.js'
import type { QueueRules } from '../lifecycle/queue-rules.js'
import { SharedDeadlines } from '../queue-config.js'
import { PartitionOrder } from '../serving/partition-order.js'
import { serveAtOnce, serveChosen, serveWaiting } from '../serving/serving.js'
import {
  type Leased,
  type LeaseRequest,
  type Settle,
  type WaitingLease,
  WaitingLeases,
} from '../serving/waiting-leases.js'
import type { Partition } from '../store/partition.js'
import { chosenFor, endLeases } from './chosen-items.js'
import { Clockwork } from './clockwork.js'
import type { QueueContext } from './queue-context.js'

/**
 * Gives free items to waiting leases. It also updates the order of the partitions and the timers of the queue after changes. After
 * each change, call `putInOrder` or a method that includes it.
 */
export class Dispatcher {
  /** Whether leases are served. Otherwise they wait. */
  isOpen = true
  /** Whether it has stopped for good. */
  isStopped = false
  readonly #partitions: readonly Partition[]
  readonly #address: Address
  readonly #rules: QueueRules
  readonly #context: QueueContext
  readonly #waiting = new WaitingLeases()
  readonly #order: PartitionOrder
  readonly #clockwork: Clockwork
  readonly #leaseEnds = new SharedDeadlines()
  /** Partitions that have changed since the last `putInOrder`. */
  readonly #changed: Partition[] = []

  constructor(partitions: readonly Partition[], address: Address, rules: QueueRules, context: QueueContext) {
    this.#partitions = partitions
    this.#address = address
    this.#rules = rules
    this.#context = context
    this.#order = new PartitionOrder(partitions, context.turns)
    this.#clockwork = new Clockwork(context.clock, {
      partitions,
      waiting: this.#waiting,
      rules,
      freed: () => this.freed(),
      timedOut: ({ request, consumer }) => {
        context.record.queue(KIND['lease-timed-out'], request.deadline, address, consumer)
      },
    })
    this.#clockwork.wind()
    const changed = (partition: Partition) => this.#changed.push(partition)
    for (const partition of partitions) partition.watch(changed)
  }

  /** See {@link PartitionOrder.turns}. */
  get turns(): number[] {
    return this.#order.turns
  }

  /** The number of waiting leases. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** The waiting leases, in order of arrival. */
  get waitingLeases(): WaitingLease[] {
    return [...this.#waiting.inTurn()]
  }

  /** Returns the partition for the next produce. @throws 453 if the queue has no partitions */
  produceTarget(): Partition {
    const partition = this.#order.forProduce()
    if (partition === undefined || partition.isAway) throw noPartitions()
    return partition
  }

  /**
   * Serves a lease as soon as there is an item (docs/protocol/queue.md §4). Returns a function to abandon it, so that a client that is
   * gone never gets an item.
   */
  lease(request: LeaseRequest, settle: Settle<Leased>): () => void {
    const { clientId, batchSize, deadline } = request
    const refused = this.#refusal(clientId)
    if (refused !== undefined) {
      settle.reject(refused)
      return () => undefined
    }
    const consumer = { clientId, cause: this.#context.record.cause }
    const served =
      request.choice === undefined ? this.#serveAtOnce(batchSize, consumer) : this.#serveChosen(request, consumer)
    if (served !== undefined) {
      settle.resolve(served)
      return () => undefined
    }
    const lease = this.#waiting.add(request, consumer, settle)
    this.#note(KIND['lease-waiting'], consumer, deadline)
    this.#serve()
    return () => {
      this.#context.record.during(CLIENT_GONE, () => this.#note(KIND['lease-abandoned'], consumer))
      this.#waiting.remove(lease)
      this.#clockwork.wind()
    }
  }

  /** Updates the order and the times of partitions that have changed. */
  putInOrder(): void {
    if (this.#changed.length === 0) return
    this.#order.sort(this.#changed)
    this.#clockwork.update(this.#changed)
    for (const partition of this.#changed) partition.seen()
    this.#changed.length = 0
  }

  /** Call when partitions have changed and items may be free. */
  freed(): void {
    this.putInOrder()
    this.#serve()
  }

  /** Stops permanently. All waiting leases are rejected with `reason`. */
  stop(reason: () => QueratorError): void {
    this.isStopped = true
    this.#clockwork.stop()
    for (const lease of this.waitingLeases) {
      this.#waiting.remove(lease)
      lease.settle.reject(reason())
    }
  }

  /** Returns the error of a lease that cannot wait, or `undefined` if it can. */
  #refusal(clientId: string): QueratorError | undefined {
    if (this.#waiting.has(clientId)) {
      return badRequest('duplicate client id; a client cannot make multiple leased requests to the same queue')
    }
    return this.#partitions.every((partition) => partition.isAway) ? noPartitions() : undefined
  }

  /** Serves the usual case quickly: no lease is waiting, and the only partition has free items. */
  #serveAtOnce(batchSize: number, consumer: Consumer): Leased | undefined {
    const [partition] = this.#partitions
    if (!this.isOpen || this.#waiting.size > 0 || this.#partitions.length !== 1) return undefined
    const now = this.#context.clock.now()
    const end = this.#leaseEnds.of(this.#rules.config.leaseTimeout, now)
    const served = serveAtOnce(partition as Partition, batchSize, consumer, end, now)
    if (served !== undefined) {
      this.putInOrder()
      this.#clockwork.wind()
    }
    return served
  }

  /** Serves a lease with the items that a fault chooses. Returns `undefined` if there are none. */
  #serveChosen(request: LeaseRequest, consumer: Consumer): Leased | undefined {
    const chosen = this.isOpen ? chosenFor(request, this.#partitions, this.#rules.config.maxAttempts) : undefined
    if (chosen === undefined) return undefined
    const now = this.#context.clock.now()
    const end = this.#leaseEnds.of(this.#rules.config.leaseTimeout, now)
    const { partition, items } = chosen
    endLeases(partition, items, this.#rules, now)
    const served = serveChosen(partition, items, consumer, end, now)
    this.freed()
    return served
  }

  /** Ends waiting leases as if their clients had hung up. Returns how many there were. */
  abandonAll(reason: () => QueratorError): number {
    const leases = this.waitingLeases
    for (const lease of leases) {
      this.#context.record.during(CLIENT_GONE, () => this.#note(KIND['lease-abandoned'], lease.consumer))
      this.#waiting.remove(lease)
      lease.settle.reject(reason())
    }
    this.#clockwork.wind()
    return leases.length
  }

  /** Serves the waiting leases and sets the timers again. */
  #serve(): void {
    if (this.isOpen && this.#waiting.size > 0) {
      const now = this.#context.clock.now()
      const end = this.#leaseEnds.of(this.#rules.config.leaseTimeout, now)
      serveWaiting(this.#waiting, this.#order, end, now, ({ consumer }) => this.#note(KIND['lease-served'], consumer))
      this.putInOrder()
    }
    this.#clockwork.wind()
  }

  #note(kind: number, consumer: Consumer, until?: Instant): void {
    const { clock, record } = this.#context
    record.queue(kind, clock.now(), this.#address, consumer, until)
  }
}

/** Returns the error of a queue without a partition that takes calls. */
export function noPartitions(): QueratorError {
  return requestFailed('queue has no available partitions')
}
