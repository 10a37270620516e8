/** The logical queue. */
import type { Instant } from '../../clock/instant.js'
import { badRequest, type QueratorError, requestFailed } from '../../errors.js'
import { type Address, KIND } from '../events/event-kinds.js'
import { QueueRules } from '../lifecycle/queue-rules.js'
import { type QueueConfig, SharedDeadlines } from '../queue-config.js'
import type { Leased, LeaseRequest, Settle, WaitingLease } from '../serving/waiting-leases.js'
import type { Item } from '../store/item.js'
import type { Partition } from '../store/partition.js'
import { Dispatcher } from './dispatcher.js'
import { Gate, type HeldKind, type HeldRequest } from './gate.js'
import { type ImportedItem, importItems } from './imports.js'
import {
  completeItems,
  deadItem,
  type NewItem,
  newItem,
  type RetryItem,
  removeItems,
  retryItems,
} from './partition-requests.js'
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
  readonly #rules: QueueRules
  readonly #dispatcher: Dispatcher
  readonly #gate = new Gate()
  readonly #lives = new SharedDeadlines()
  #state: 'running' | 'paused' | 'stopped' = 'running'

  constructor(config: QueueConfig, address: Address, partitions: readonly Partition[], context: QueueContext) {
    this.partitions = partitions
    this.address = address
    this.#context = context
    this.#rules = new QueueRules(config, context)
    this.#dispatcher = new Dispatcher(partitions, address, this.#rules, context)
    this.#note(KIND['queue-created'])
  }

  get config(): QueueConfig {
    return this.#rules.config
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
    this.#rules.config = config
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
      const partition = this.#dispatcher.produceTarget()
      const now = this.#context.clock.now()
      const end = this.#lives.of(this.config.expireTimeout, now)
      for (const content of items) partition.produce(newItem(content, now, end), now)
      partition.askForLook(end.at)
    })
  }

  /**
   * Serves a lease as soon as there is an item (docs/protocol/queue.md §4). Returns a function that abandons it: a client that has gone
   * away never gets an item.
   */
  lease(request: LeaseRequest, settle: Settle<Leased>): () => void {
    if (this.#state !== 'stopped') return this.#dispatcher.lease(request, settle)
    settle.reject(requestFailed(SHUTTING_DOWN))
    return () => undefined
  }

  /** Removes leased items, up to the first bad id (docs/protocol/queue.md §5). */
  complete(partition: Partition, ids: readonly string[], settle: Settle<void>): void {
    this.#submit('complete', settle, () => completeItems(partition, ids, this.#context.clock.now()))
  }

  /** Gives leased items back, up to the first bad id (docs/protocol/queue.md §6). */
  retry(partition: Partition, items: readonly RetryItem[], settle: Settle<void>): void {
    this.#submit('retry', settle, () => {
      const { config, surprises } = this.#rules
      if (config.deadQueue !== '' && items.some((item) => item.dead)) surprises.tell('retry-dead', config)
      retryItems(partition, items, this.#context.clock.now())
    })
  }

  /**
   * Adds items as they are, with new ids (docs/protocol/admin.md §11). Returns what `shown` makes of each, or of undefined for one
   * that is skipped because its source id is taken.
   */
  import<T>(
    partition: Partition,
    items: readonly ImportedItem[],
    shown: (item: Item | undefined, index: number) => T,
  ): T[] {
    return this.#change((now) => importItems(partition, items, now, shown))
  }

  /** Removes items, whatever their state (docs/protocol/admin.md §11). @throws 400 at the first id that cannot be one */
  remove(partition: Partition, ids: readonly string[]): void {
    this.#change((now) => removeItems(partition, ids, now))
  }

  /** Removes every item that `which` accepts (docs/protocol/queue.md §11). */
  clear(which: (item: Item) => boolean): void {
    this.#change((now) => {
      for (const partition of this.partitions) partition.clear(which, now)
    })
  }

  /** Takes a copy of an item that ended in another queue, into partition 0 (docs/protocol/queue.md §8, R7). */
  takeDead(dead: Item, sourceId: string): boolean {
    const partition = this.partitions[0] as Partition
    if (partition.hasSource(sourceId)) return false
    partition.takeCopy(deadItem(dead, sourceId, this.#lives.of(this.config.expireTimeout, this.#context.clock.now())))
    return true
  }

  /** Lets waiting leases have what was taken. */
  tookDead(): void {
    this.#dispatcher.freed()
  }

  /** Holds requests at the gate, or lets them in together. Does nothing when it is so already. */
  pause(on: boolean): void {
    if (this.#state === 'stopped' || on === this.paused) return
    this.#state = on ? 'paused' : 'running'
    this.#note(on ? KIND['queue-paused'] : KIND['queue-resumed'])
    this.#dispatcher.isOpen = !on
    if (on) return
    const held = this.#gate.open()
    // First produces, and one round for all leases. Then items that are given back, and another round.
    for (const request of held) if (request.kind === 'produce') request.carryOut()
    this.#dispatcher.freed()
    for (const request of held) if (request.kind !== 'produce') request.carryOut()
    this.#dispatcher.freed()
  }

  /** The leases that wait, in the order of their arrival. */
  get waitingLeases(): WaitingLease[] {
    return this.#dispatcher.waitingLeases
  }

  /** How many requests wait. */
  get waitingCounts(): WaitingCounts {
    const { waiting } = this.#dispatcher
    return {
      produce: this.#gate.count('produce'),
      lease: waiting,
      complete: this.#gate.count('complete'),
      inFlight: waiting + this.#gate.size,
    }
  }

  /** Ends the queue because it is deleted. */
  delete(): void {
    this.#note(KIND['queue-deleted'])
    this.stop()
  }

  /** Ends the queue for good. Everything that waits gets a 453. */
  stop(): void {
    if (this.#state === 'stopped') return
    this.#state = 'stopped'
    this.#context.memory.end()
    this.#dispatcher.isOpen = false
    const reason = () => requestFailed(SHUTTING_DOWN)
    for (const request of this.#gate.open()) request.refuse(reason())
    this.#dispatcher.stop(reason)
  }

  #submit(kind: HeldKind, settle: Settle<void>, work: () => void): void {
    const { record } = this.#context
    // A request that is held at the gate still has its caller as cause.
    const { cause } = record
    const carryOut = () => {
      try {
        record.during(cause, work)
      } catch (error) {
        settle.reject(error as QueratorError)
        return
      } finally {
        this.#dispatcher.putInOrder()
      }
      settle.resolve()
    }
    this.#carryOutOrHold({ kind, carryOut, refuse: settle.reject })
  }

  /** Carries a request out, or holds it while the queue is paused. */
  #carryOutOrHold(request: HeldRequest): void {
    if (this.#state === 'running') {
      request.carryOut()
      this.#dispatcher.freed()
      return
    }
    if (this.#state === 'stopped') request.refuse(requestFailed(SHUTTING_DOWN))
    else this.#gate.hold(request)
  }

  #note(kind: number): void {
    const { clock, record } = this.#context
    record.queue(kind, clock.now(), this.address)
  }

  /** Changes partitions outside of requests that a pause holds. Waiting leases get what it frees. */
  #change<T>(edit: (now: Instant) => T): T {
    try {
      return edit(this.#context.clock.now())
    } finally {
      this.#dispatcher.freed()
    }
  }
}
