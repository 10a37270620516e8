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
import { Gate, type HeldKind } from './gate.js'
import { type ImportedItem, importItems } from './import-items.js'
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
import { QueueFaults } from './queue-faults.js'

const SHUTTING_DOWN = 'queue is shutting down'

/**
 * The logical queue. All changes to the partitions of a queue go through it.
 *
 * States:
 * - running: requests are carried out as they come. Leases that find nothing wait
 * - paused: produce, lease, complete and retry are held, and waiting leases are not served. Everything else goes on
 * - stopped: deleted or shut down. It stays so, and every request gets a 453
 *
 * Everything is synchronous. A waiting lease is a value in a list, and the step that finds an item for it resolves it.
 */
export class LogicalQueue {
  readonly partitions: readonly Partition[]
  /** The address of the queue in the record of events. */
  readonly address: Address
  /** What faults do to the queue. */
  readonly faults: QueueFaults
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
    const [dispatcher, gate, rules] = [this.#dispatcher, this.#gate, this.#rules]
    this.faults = new QueueFaults({ partitions, dispatcher, gate, rules, clock: context.clock })
  }

  get config(): QueueConfig {
    return this.#rules.config
  }

  /** The memory of its items, in bytes. */
  get size(): number {
    return this.#context.memory.size
  }

  get paused(): boolean {
    return this.#state === 'paused'
  }

  /** See {@link Dispatcher.turns}. */
  get turns(): number[] {
    return this.#dispatcher.turns
  }

  /** Changes the configuration for later leases, produces and lifecycle decisions (docs/protocol/queue.md §12). */
  update(config: QueueConfig): void {
    this.#rules.config = config
    this.#context.kept?.updated(config)
    this.#note(KIND['queue-updated'])
  }

  /** Returns the partition with this number. @throws 400 if there is none, 453 if the queue is stopped */
  partition(number: number): Partition {
    const partition = this.partitions[number]
    if (partition === undefined) throw badRequest(`partition is invalid; '${number}' is not a valid partition`)
    this.assertRunning()
    return partition
  }

  /** @throws 453 if the queue is stopped */
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
   * Serves a lease as soon as there is an item (docs/protocol/queue.md §4). Returns a function to abandon it, so that a client that is
   * gone never gets an item.
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

  /** Returns leased items to the queue, up to the first bad id (docs/protocol/queue.md §6). */
  retry(partition: Partition, items: readonly RetryItem[], settle: Settle<void>): void {
    this.#submit('retry', settle, () => {
      const { config, surprises } = this.#rules
      if (config.deadQueue !== '' && items.some((item) => item.dead)) surprises.warn('retry-dead', config)
      retryItems(partition, items, this.#context.clock.now())
    })
  }

  /**
   * Adds items as they are, with new ids (docs/protocol/admin.md §11). Returns the results of `shown` for each. For an item that is
   * skipped, because its source id is taken, `shown` gets `undefined`.
   */
  import<T>(
    partition: Partition,
    items: readonly ImportedItem[],
    shown: (item: Item | undefined, index: number) => T,
  ): T[] {
    return this.change((now) => importItems(partition, items, now, shown))
  }

  /** Removes items in any state (docs/protocol/admin.md §11). @throws 400 at the first malformed id */
  remove(partition: Partition, ids: readonly string[]): void {
    this.change((now) => removeItems(partition, ids, now))
  }

  /** Removes every item that `which` accepts (docs/protocol/queue.md §11). */
  clear(which: (item: Item) => boolean): void {
    this.change((now) => {
      for (const partition of this.partitions) partition.clear(which, now)
    })
  }

  /** Changes partitions even while the queue is paused. Waiting leases get the items that become free. */
  change<T>(edit: (now: Instant) => T): T {
    try {
      return edit(this.#context.clock.now())
    } finally {
      this.#dispatcher.freed()
    }
  }

  /** Adds a copy of an item that ended in another queue to partition 0 (docs/protocol/queue.md §8, R7). */
  takeDead(dead: Item, sourceId: string): boolean {
    const partition = this.partitions[0] as Partition
    if (partition.hasSource(sourceId)) return false
    partition.takeCopy(deadItem(dead, sourceId, this.#lives.of(this.config.expireTimeout, this.#context.clock.now())))
    return true
  }

  /** Serves waiting leases with the items that were taken. */
  tookDead(): void {
    this.#dispatcher.freed()
  }

  /** Pauses or resumes the queue. Resuming carries out all held requests together. Does nothing if nothing changes. */
  pause(on: boolean): void {
    if (this.#state === 'stopped' || on === this.paused) return
    this.#state = on ? 'paused' : 'running'
    this.#note(on ? KIND['queue-paused'] : KIND['queue-resumed'])
    this.#dispatcher.isOpen = !on
    if (on) return
    this.#gate.release(() => this.#dispatcher.freed())
  }

  /** The waiting leases, in order of arrival. */
  get waitingLeases(): WaitingLease[] {
    return this.#dispatcher.waitingLeases
  }

  /** The numbers of waiting requests. */
  get waitingCounts(): WaitingCounts {
    const { waiting } = this.#dispatcher
    return {
      produce: this.#gate.count('produce'),
      lease: waiting,
      complete: this.#gate.count('complete'),
      inFlight: waiting + this.#gate.size,
    }
  }

  /** Stops the queue because it is deleted. */
  delete(): void {
    this.#context.kept?.deleted()
    this.#note(KIND['queue-deleted'])
    this.stop()
  }

  /** Stops the queue permanently. Everything that waits gets a 453. */
  stop(): void {
    if (this.#state === 'stopped') return
    this.#state = 'stopped'
    this.#context.memory.end()
    this.#dispatcher.isOpen = false
    for (const request of this.#gate.open()) request.refuse(requestFailed(SHUTTING_DOWN))
    this.#dispatcher.stop(() => requestFailed(SHUTTING_DOWN))
  }

  /** Carries a request out, or holds it while the queue is paused. */
  #submit(kind: HeldKind, settle: Settle<void>, work: () => void): void {
    const { record } = this.#context
    // The cause of a held request is still its caller.
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
    if (this.#state === 'paused') this.#gate.hold({ kind, carryOut, refuse: settle.reject })
    else if (this.#state === 'stopped') settle.reject(requestFailed(SHUTTING_DOWN))
    else {
      carryOut()
      this.#dispatcher.freed()
    }
  }

  #note(kind: number): void {
    const { clock, record } = this.#context
    record.queue(kind, clock.now(), this.address)
  }
}
