/** The logical queue. */
import type { Instant } from '../../clock/instant.js'
import { badRequest, type QueratorError, requestFailed } from '../../errors.js'
import { type Address, CLIENT_GONE, type Consumer, KIND } from '../events/event-kinds.js'
import { rulesOf } from '../lifecycle/lifecycle.js'
import { Surprises } from '../lifecycle/surprises.js'
import { Ends, type QueueConfig } from '../queue-config.js'
import { PartitionOrder } from '../serving/partition-order.js'
import { serveAtOnce, serveWaiting } from '../serving/serving.js'
import {
  type Leased,
  type LeaseRequest,
  type Settle,
  type WaitingLease,
  WaitingLeases,
} from '../serving/waiting-leases.js'
import type { Item } from '../store/item.js'
import type { Partition } from '../store/partition.js'
import { Clockwork } from './clockwork.js'
import { Gate, type HeldKind, type HeldRequest } from './gate.js'
import { completeItems, deadItem, type NewItem, newItem, type RetryItem, retryItems } from './partition-requests.js'
import type { QueueContext, WaitingCounts } from './queue-context.js'

const SHUTTING_DOWN = 'queue is shutting down'

/**
 * The logical queue: everything that is done to the partitions of a queue passes through it.
 *
 * States:
 * - running: requests are carried out as they come; leases that find nothing wait
 * - paused: produce, lease, complete and retry are held at the gate, waiting leases are not served; everything else goes on
 * - stopped: deleted or shut down, for good; every request gets a 453
 *
 * Everything is synchronous. A waiting lease is a value in a list, and the step that finds an item for it resolves it.
 */
export class LogicalQueue {
  readonly partitions: readonly Partition[]
  /** The queue as a whole, in the record of events. */
  readonly address: Address
  readonly #context: QueueContext
  readonly #order: PartitionOrder
  readonly #waiting = new WaitingLeases()
  readonly #gate = new Gate()
  readonly #surprises: Surprises
  readonly #clockwork: Clockwork
  readonly #lives = new Ends()
  readonly #leases = new Ends()
  /** Partitions in which something has changed since they were put in order. */
  readonly #changed: Partition[] = []
  #config: QueueConfig
  #state: 'running' | 'paused' | 'stopped' = 'running'

  constructor(config: QueueConfig, address: Address, partitions: readonly Partition[], context: QueueContext) {
    this.partitions = partitions
    this.address = address
    this.#config = config
    this.#context = context
    this.#surprises = new Surprises(context.warn)
    this.#order = new PartitionOrder(partitions)
    this.#clockwork = new Clockwork(context.clock, {
      partitions,
      waiting: this.#waiting,
      rules: () => rulesOf(this.#config, context, this.#surprises),
      freed: () => this.#freed(),
      sentAway: (lease) => this.#note(KIND['lease-timed-out'], lease.consumer),
    })
    this.#clockwork.wind()
    const changed = (partition: Partition) => this.#changed.push(partition)
    for (const partition of partitions) partition.watch(changed)
  }

  get config(): QueueConfig {
    return this.#config
  }

  /** How much memory its items take, in bytes. */
  get size(): number {
    return this.#context.memory.size
  }

  get paused(): boolean {
    return this.#state === 'paused'
  }

  /** Holds for what comes after it: leases, produces, lifecycle decisions (docs/protocol/queue.md §12). */
  update(config: QueueConfig): void {
    this.#config = config
    this.#note(KIND['queue-updated'])
  }

  /** The partition with this number. @throws 400 when there is none, 453 when the queue is stopped */
  partition(number: number): Partition {
    const partition = this.partitions[number]
    if (partition === undefined) throw badRequest(`partition is invalid; '${number}' is not a valid partition`)
    this.assertRunning()
    return partition
  }

  /** @throws 453 when the queue is stopped */
  assertRunning(): void {
    if (this.#state === 'stopped') throw requestFailed(SHUTTING_DOWN)
  }

  /** Adds items, all to one partition (docs/protocol/queue.md §3). */
  produce(items: readonly NewItem[], settle: Settle<void>): void {
    this.#submit('produce', settle, () => {
      const partition = this.#targetPartition()
      const now = this.#context.clock.now()
      const end = this.#lives.of(this.#config.expireTimeout, now)
      for (const content of items) {
        const item = newItem(content, now, end)
        partition.add(item)
        partition.note(KIND.produced, item, now)
        if (item.scheduled) partition.note(KIND.scheduled, item, now, item.until.at)
      }
      partition.askForLook(end.at)
    })
  }

  /**
   * Accepts a lease and serves it as soon as there is an item (docs/protocol/queue.md §4).
   * Returns a function that abandons it: a client that has gone away never gets an item.
   */
  lease(request: LeaseRequest, settle: Settle<Leased>): () => void {
    const refused = this.#leaseRefusal(request)
    if (refused !== undefined) {
      settle.reject(refused)
      return () => undefined
    }
    const consumer = { clientId: request.clientId, cause: this.#context.record.cause }
    const served = this.#serveAtOnce(request.batchSize, consumer)
    if (served !== undefined) {
      settle.resolve(served)
      return () => undefined
    }
    const lease = this.#waiting.add(request, consumer, settle)
    this.#note(KIND['lease-waiting'], consumer, request.deadline)
    this.#serve()
    return () => {
      this.#context.record.during(CLIENT_GONE, () => this.#note(KIND['lease-abandoned'], consumer))
      this.#waiting.remove(lease)
      this.#clockwork.wind()
    }
  }

  /** Removes leased items, up to the first bad id (docs/protocol/queue.md §5). */
  complete(partition: Partition, ids: readonly string[], settle: Settle<void>): void {
    this.#submit('complete', settle, () => completeItems(partition, ids, this.#context.clock.now()))
  }

  /** Gives leased items back, up to the first bad id (docs/protocol/queue.md §6). */
  retry(partition: Partition, items: readonly RetryItem[], settle: Settle<void>): void {
    this.#submit('retry', settle, () => {
      if (this.#config.deadQueue !== '' && items.some((item) => item.dead))
        this.#surprises.tell('retry-dead', this.#config)
      retryItems(partition, items, this.#context.clock.now())
    })
  }

  /** Changes partitions outside of the requests above: import, delete, clear. Waiting leases get what it frees. */
  change<T>(edit: () => T): T {
    try {
      return edit()
    } finally {
      this.#freed()
    }
  }

  /** Takes a copy of an item that ended in another queue, into partition 0 (docs/protocol/queue.md §8, R7). */
  takeDead(dead: Item, sourceId: string): boolean {
    const partition = this.partitions[0] as Partition
    if (partition.hasSource(sourceId)) return false
    partition.add(deadItem(dead, sourceId, this.#lives.of(this.#config.expireTimeout, this.#context.clock.now())))
    return true
  }

  /** Lets waiting leases have what was taken. */
  tookDead(): void {
    this.#freed()
  }

  /** Holds requests at the gate, or lets them in together. Does nothing when it is so already. */
  pause(on: boolean): void {
    if (this.#state === 'stopped' || on === this.paused) return
    this.#state = on ? 'paused' : 'running'
    this.#note(on ? KIND['queue-paused'] : KIND['queue-resumed'])
    if (on) return
    const held = this.#gate.open()
    // First produces, and one round for all leases. Then items that are given back, and another round.
    for (const request of held) if (request.kind === 'produce') request.enter()
    this.#serve()
    for (const request of held) if (request.kind !== 'produce') request.enter()
    this.#serve()
  }

  /** The leases that wait, in the order of their arrival. */
  get waitingLeases(): WaitingLease[] {
    return [...this.#waiting.inTurn()]
  }

  /** How many requests wait. */
  get waitingCounts(): WaitingCounts {
    return {
      produce: this.#gate.count('produce'),
      lease: this.#waiting.size,
      complete: this.#gate.count('complete'),
      inFlight: this.#waiting.size + this.#gate.size,
    }
  }

  /** Ends the queue for good. Everything that waits gets a 453. */
  stop(): void {
    if (this.#state === 'stopped') return
    this.#state = 'stopped'
    this.#context.memory.end()
    this.#clockwork.stop()
    for (const request of this.#gate.open()) request.refuse(requestFailed(SHUTTING_DOWN))
    for (const lease of [...this.#waiting.inTurn()]) {
      this.#waiting.remove(lease)
      lease.settle.reject(requestFailed(SHUTTING_DOWN))
    }
  }

  #submit(kind: HeldKind, settle: Settle<void>, carryOut: () => void): void {
    const { record } = this.#context
    // A request that is held at the gate still has its caller as cause.
    const { cause } = record
    const enter = () => {
      try {
        record.during(cause, carryOut)
      } catch (error) {
        settle.reject(error as QueratorError)
        return
      } finally {
        this.#putInOrder()
      }
      settle.resolve()
    }
    this.#enter({ kind, enter, refuse: settle.reject })
  }

  /** Carries a request out, or holds it while the queue is paused. */
  #enter(request: HeldRequest): void {
    if (this.#state === 'running') {
      request.enter()
      this.#serve()
      return
    }
    if (this.#state === 'stopped') request.refuse(requestFailed(SHUTTING_DOWN))
    else this.#gate.hold(request)
  }

  /** Why a lease cannot even wait; undefined when it can. */
  #leaseRefusal(request: LeaseRequest): QueratorError | undefined {
    if (this.#state === 'stopped') return requestFailed(SHUTTING_DOWN)
    if (this.#waiting.has(request.clientId)) {
      return badRequest('duplicate client id; a client cannot make multiple leased requests to the same queue')
    }
    return this.partitions.length === 0 ? noPartitions() : undefined
  }

  #targetPartition(): Partition {
    const partition = this.#order.forProduce()
    if (partition === undefined) throw noPartitions()
    return partition
  }

  #note(kind: number, consumer?: Consumer, until?: Instant): void {
    const { clock, record } = this.#context
    record.queue(kind, clock.now(), this.address, consumer, until)
  }

  /** What partitions hold has changed, and items may be free. */
  #freed(): void {
    this.#putInOrder()
    this.#serve()
  }

  #serve(): void {
    if (this.#state === 'running' && this.#waiting.size > 0) {
      const now = this.#context.clock.now()
      serveWaiting(this.#waiting, this.#order, this.#leases.of(this.#config.leaseTimeout, now), now, (lease) =>
        this.#note(KIND['lease-served'], lease.consumer),
      )
      this.#putInOrder()
    }
    this.#clockwork.wind()
  }

  /** Takes notice of what has changed in partitions, in the order of them and in the clockwork. */
  #putInOrder(): void {
    if (this.#changed.length === 0) return
    this.#order.sort(this.#changed)
    this.#clockwork.update(this.#changed)
    for (const partition of this.#changed) partition.seen()
    this.#changed.length = 0
  }

  /** The usual case, which needs no waiting line and no choice: nobody waits, and there is one partition with free items. */
  #serveAtOnce(batchSize: number, consumer: Consumer): Leased | undefined {
    const [partition] = this.partitions
    if (this.#state !== 'running' || this.#waiting.size > 0 || this.partitions.length !== 1) return undefined
    const now = this.#context.clock.now()
    const end = this.#leases.of(this.#config.leaseTimeout, now)
    const served = serveAtOnce(partition as Partition, batchSize, consumer, end, now)
    if (served !== undefined) {
      this.#putInOrder()
      this.#clockwork.wind()
    }
    return served
  }
}

function noPartitions(): QueratorError {
  return requestFailed('queue has no available partitions')
}
