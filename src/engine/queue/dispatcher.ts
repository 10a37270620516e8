/** Free items on their way to consumers. */
import type { Instant } from '../../clock/instant.js'
import { badRequest, type QueratorError, requestFailed } from '../../errors.js'
import { type Address, CLIENT_GONE, type Consumer, KIND } from '../events/event-kinds.js'
import type { QueueRules } from '../lifecycle/queue-rules.js'
import { SharedDeadlines } from '../queue-config.js'
import { PartitionOrder } from '../serving/partition-order.js'
import { serveAtOnce, serveWaiting } from '../serving/serving.js'
import {
  type Leased,
  type LeaseRequest,
  type Settle,
  type WaitingLease,
  WaitingLeases,
} from '../serving/waiting-leases.js'
import type { Partition } from '../store/partition.js'
import { Clockwork } from './clockwork.js'
import type { QueueContext } from './queue-context.js'

/**
 * Gives free items to the leases that wait, and keeps the order of the partitions and the timers of the queue in step with what changes.
 * After each change, call `putInOrder` or one of the methods that include it.
 */
export class Dispatcher {
  /** Whether leases are served. Else they wait. */
  isOpen = true
  readonly #partitions: readonly Partition[]
  readonly #address: Address
  readonly #rules: QueueRules
  readonly #context: QueueContext
  readonly #waiting = new WaitingLeases()
  readonly #order: PartitionOrder
  readonly #clockwork: Clockwork
  readonly #leaseEnds = new SharedDeadlines()
  /** Partitions in which something has changed since they were put in order. */
  readonly #changed: Partition[] = []

  constructor(partitions: readonly Partition[], address: Address, rules: QueueRules, context: QueueContext) {
    this.#partitions = partitions
    this.#address = address
    this.#rules = rules
    this.#context = context
    this.#order = new PartitionOrder(partitions)
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

  /** How many leases wait. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** The leases that wait, in the order of their arrival. */
  get waitingLeases(): WaitingLease[] {
    return [...this.#waiting.inTurn()]
  }

  /** The partition that the next produce goes to. @throws 453 when there is none */
  produceTarget(): Partition {
    const partition = this.#order.forProduce()
    if (partition === undefined) throw noPartitions()
    return partition
  }

  /**
   * Serves a lease as soon as there is an item (docs/protocol/queue.md §4). Returns a function that abandons it: a client that has gone
   * away never gets an item.
   */
  lease(request: LeaseRequest, settle: Settle<Leased>): () => void {
    const { clientId, batchSize, deadline } = request
    const refused = this.#refusal(clientId)
    if (refused !== undefined) {
      settle.reject(refused)
      return () => undefined
    }
    const consumer = { clientId, cause: this.#context.record.cause }
    const served = this.#serveAtOnce(batchSize, consumer)
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

  /** Takes in what has changed in partitions: their order and their times. */
  putInOrder(): void {
    if (this.#changed.length === 0) return
    this.#order.sort(this.#changed)
    this.#clockwork.update(this.#changed)
    for (const partition of this.#changed) partition.seen()
    this.#changed.length = 0
  }

  /** What partitions hold has changed, and items may be free. */
  freed(): void {
    this.putInOrder()
    this.#serve()
  }

  /** Ends it for good: all leases that wait get `reason`. */
  stop(reason: () => QueratorError): void {
    this.#clockwork.stop()
    for (const lease of this.waitingLeases) {
      this.#waiting.remove(lease)
      lease.settle.reject(reason())
    }
  }

  /** Why a lease cannot even wait. Undefined when it can. */
  #refusal(clientId: string): QueratorError | undefined {
    if (this.#waiting.has(clientId)) {
      return badRequest('duplicate client id; a client cannot make multiple leased requests to the same queue')
    }
    return this.#partitions.length === 0 ? noPartitions() : undefined
  }

  /** The usual case, which needs no waiting line and no choice: nobody waits, and there is one partition with free items. */
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

  /** Serves the leases that wait, and sets the timers anew. */
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

function noPartitions(): QueratorError {
  return requestFailed('queue has no available partitions')
}
