/** The queues of a daemon (docs/protocol/admin.md §10). */
import type { Clock } from '../../clock/clock.js'
import { NEVER } from '../../clock/instant.js'
import { badRequest, requestFailed } from '../../errors.js'
import type { Random } from '../../ids/random.js'
import { type Address, KIND } from '../events/event-kinds.js'
import type { EventRecord } from '../events/record.js'
import type { AllSurprises } from '../lifecycle/surprises.js'
import type { QueueConfig } from '../queue-config.js'
import { drawIdRange, ItemIds } from '../store/item-ids.js'
import { type MemoryBudget, QueueMemory } from '../store/memory-budget.js'
import { Partition } from '../store/partition.js'
import type { PartitionImage } from '../store/partition-image.js'
import { LogicalQueue } from './logical-queue.js'
import { type PartitionStorage, placePartitions } from './placement.js'
import { type KeepsQueue, type KeepsQueues, placedOf, type QueueImage, writeAll } from './queues-image.js'

/** The options of {@link Queues}. */
export interface QueuesOptions {
  readonly clock: Clock
  readonly random: Random
  readonly storages: readonly PartitionStorage[]
  /** Records the events of all queues. */
  readonly record: EventRecord
  /** Limits the memory of items. */
  readonly memory: MemoryBudget
  /** Keeps the queues. Default: nothing does. */
  readonly keeper?: KeepsQueues | undefined
  /** Called with each queue that is there now: created, or restored. */
  added?(queue: LogicalQueue): void
  /** Warnings for the user. */
  readonly surprises: AllSurprises
}

/** What a queue consists of. */
interface QueueParts {
  readonly config: QueueConfig
  readonly queueId: number
  readonly storages: readonly string[]
  readonly ids: readonly ItemIds[]
  readonly kept: KeepsQueue | undefined
  readonly turns?: readonly number[] | undefined
}

/** The queues of a daemon, in order of creation. Names are unique across namespaces. */
export class Queues {
  readonly #options: QueuesOptions
  readonly #byName = new Map<string, LogicalQueue>()
  readonly #storages = new Map<LogicalQueue, readonly string[]>()
  #made = 0
  #stopped = false

  constructor(options: QueuesOptions) {
    this.#options = options
  }

  /** The memory budget of items. */
  get memory(): MemoryBudget {
    return this.#options.memory
  }

  /** @throws 453 if the daemon is shutting down */
  assertRunning(): void {
    if (this.#stopped) throw requestFailed('service is shutting down')
  }

  /** @throws 453 if the daemon is shutting down, 400 if the name is taken */
  assertFree(name: string): void {
    this.assertRunning()
    if (this.#byName.has(name)) throw badRequest(`invalid queue; '${name}' already exists`)
  }

  /** Returns the queue with this name, or `undefined`. */
  find(name: string): LogicalQueue | undefined {
    return this.#byName.get(name)
  }

  /** Returns all queues, in order of creation. */
  all(): LogicalQueue[] {
    return [...this.#byName.values()]
  }

  /**
   * Adds a queue with the partitions that its storages get, or with one partition in each of `listed`.
   * @throws 400 if the name is taken
   */
  create(config: QueueConfig, listed?: readonly string[]): LogicalQueue {
    this.assertFree(config.name)
    const { clock, random, keeper, record } = this.#options
    const storages = listed ?? placePartitions(this.#options.storages, config.requestedPartitions)
    const now = clock.now()
    const left = storages.map((storage, number) => keeper?.takeLeft(config.name, number, storage))
    const ids = left.map((image) => new ItemIds(image?.ids ?? drawIdRange(now, random)))
    const queueId = ++this.#made
    const placed = placedOf(storages, ids, left)
    const kept = keeper?.created(queueId, config, placed)
    const queue = this.#add({ config, queueId, storages, ids, kept }, left)
    record.queue(KIND['queue-created'], now, queue.address)
    return queue
  }

  /** Returns the state of all queues. Takes time in proportion to the number of items. */
  images(): QueueImage[] {
    return this.all().map((queue) => ({
      config: queue.config,
      queueId: queue.address.queueId,
      storages: this.#storages.get(queue) ?? [],
      partitions: queue.partitions.map((partition) => partition.image()),
      paused: queue.paused,
      turns: queue.turns,
    }))
  }

  /**
   * Adds queues from their state. With `isKept`, they come from where they are kept; else they are written there.
   * @throws 400 if a name is taken
   */
  restore(images: readonly QueueImage[], isKept: boolean): void {
    const { clock, random, keeper } = this.#options
    for (const { config, storages, turns, paused = false, ...image } of images) {
      this.assertFree(config.name)
      // The process may have ended before a queue had claimed what was left of an earlier one.
      const left = storages.map((name, n) =>
        image.partitions[n] === undefined ? keeper?.takeLeft(config.name, n, name) : undefined,
      )
      const partitions = storages.map((_, n) => image.partitions[n] ?? left[n])
      const queueId = image.queueId ?? this.#made + 1
      this.#made = Math.max(this.#made, queueId)
      const ids = storages.map((_, n) => new ItemIds(partitions[n]?.ids ?? drawIdRange(clock.now(), random)))
      const placed = placedOf(storages, ids, left)
      const kept = isKept ? keeper?.restored(queueId, config, placed) : keeper?.created(queueId, config, placed)
      const queue = this.#add({ config, queueId, storages, ids, kept, turns }, partitions)
      if (!isKept && kept !== undefined) writeAll(queue.partitions, kept)
      queue.pause(paused)
    }
  }

  /** Deletes a queue with all its items. Its waiting requests get a 453. */
  delete(name: string): void {
    const queue = this.#byName.get(name)
    if (queue === undefined) return
    this.#forget(queue)
    queue.delete()
  }

  /** Deletes all queues. */
  clear(): void {
    for (const name of [...this.#byName.keys()]) this.delete(name)
  }

  /** Records that items are lost with the daemon, but for those in storages that `isKept` accepts, and with `areLost` the queues themselves. */
  lose(areLost: boolean, isKept: (storage: string) => boolean): void {
    const { clock, record } = this.#options
    const now = clock.now()
    for (const queue of this.all()) {
      const storages = this.#storages.get(queue)
      for (const partition of queue.partitions) if (!isKept(storages?.[partition.number] ?? '')) partition.lose(now)
      if (areLost) record.queue(KIND['queue-lost'], now, queue.address)
    }
  }

  /** Records that all queues and their items are here now. */
  tell(): void {
    const { clock, record } = this.#options
    const now = clock.now()
    for (const { partitions, address } of this.all()) {
      record.queue(KIND['queue-created'], now, address)
      for (const partition of partitions) partition.tell(now)
    }
  }

  /** Forgets all queues as the end of a process would: nobody gets a reply, and what is kept stays. */
  crash(): void {
    for (const queue of this.all()) {
      this.#forget(queue)
      queue.stop()
    }
  }

  /** Stops all queues. Waiting and later requests get a 453. */
  stop(): void {
    this.#stopped = true
    for (const queue of this.#byName.values()) queue.stop()
  }

  /** Lets requests in again after a {@link stop}. The queues that were stopped must be gone. */
  start(): void {
    this.#stopped = false
  }

  #forget(queue: LogicalQueue): void {
    this.#byName.delete(queue.config.name)
    this.#storages.delete(queue)
  }

  #add(parts: QueueParts, images: readonly (PartitionImage | undefined)[]): LogicalQueue {
    const { config, queueId, storages, kept, turns } = parts
    const { clock, record, keeper, surprises } = this.#options
    const memory = new QueueMemory(this.#options.memory)
    const address = { queue: config.name, queueId }
    const partitions = parts.ids.map((ids, number) => this.#partition(address, ids, number, { kept, memory, images }))
    const inOrder = (name: string) => {
      if (keeper !== undefined && this.#crosses(storages, name)) keeper.inOrder()
    }
    const queue = new LogicalQueue(config, address, partitions, {
      clock,
      record,
      memory,
      kept,
      turns,
      inOrder,
      deadLettersOf: (name) => this.#deadLettersOf(name),
      surprises: surprises.of(queueId),
    })
    this.#byName.set(config.name, queue)
    this.#storages.set(queue, storages)
    this.#options.added?.(queue)
    return queue
  }

  #partition(
    address: Address,
    ids: ItemIds,
    number: number,
    { kept, memory, images }: { kept: KeepsQueue | undefined; memory: QueueMemory; images: QueueImage['partitions'] },
  ): Partition {
    const { clock, record } = this.#options
    const now = clock.now()
    // On a running clock, the immediate first look finds nothing (docs/protocol/queue.md §8, R0).
    const firstLook = clock.frozen ? now : NEVER
    const changes = kept?.partition(number)
    const partition = new Partition(address, number, ids, { record, memory, firstLook, changes })
    const image = images[number]
    if (image !== undefined) partition.restore(image, now)
    return partition
  }

  #deadLettersOf(name: string): LogicalQueue | undefined {
    const found = this.find(name)
    return found !== undefined && found.partitions.length > 0 ? found : undefined
  }

  /** Whether a queue with these storages and its dead letter queue are kept in different places. */
  #crosses(storages: readonly string[], deadQueue: string): boolean {
    const others = this.#storages.get(this.find(deadQueue) as LogicalQueue)?.[0]
    return storages.some((storage) => storage !== others)
  }
}
