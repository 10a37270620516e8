/** The queues of a daemon (docs/protocol/admin.md §10). */
import type { Clock } from '../../clock/clock.js'
import { NEVER } from '../../clock/instant.js'
import { badRequest, requestFailed } from '../../errors.js'
import type { Random } from '../../ids/random.js'
import type { EventRecord } from '../events/record.js'
import type { QueueConfig } from '../queue-config.js'
import { ItemIds } from '../store/item-ids.js'
import { type MemoryBudget, QueueMemory } from '../store/memory-budget.js'
import { Partition } from '../store/partition.js'
import { LogicalQueue } from './logical-queue.js'
import { type PartitionStorage, placePartitions } from './placement.js'

/** The options of {@link Queues}. */
export interface QueuesOptions {
  readonly clock: Clock
  readonly random: Random
  readonly storages: readonly PartitionStorage[]
  /** Records the events of all queues. */
  readonly record: EventRecord
  /** Limits the memory of items. */
  readonly memory: MemoryBudget
  /** Logs a warning. */
  warn(message: string): void
}

/** The queues of a daemon, in order of creation. Names are unique across namespaces. */
export class Queues {
  readonly #options: QueuesOptions
  readonly #byName = new Map<string, LogicalQueue>()
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
   * Adds a queue with the partitions that its storages get, or with `partitionCount` partitions.
   * @throws 400 if the name is taken
   */
  create(config: QueueConfig, partitionCount?: number): LogicalQueue {
    this.assertFree(config.name)
    const { clock, random, record } = this.#options
    const memory = new QueueMemory(this.#options.memory)
    const placed = placePartitions(this.#options.storages, config.requestedPartitions)
    const count = partitionCount ?? placed.reduce((sum, one) => sum + one, 0)
    const now = clock.now()
    // On a running clock, the immediate first look finds nothing (docs/protocol/queue.md §8, R0).
    const firstLook = clock.frozen ? now : NEVER
    const address = { queue: config.name, queueId: ++this.#made }
    const partitions = Array.from(
      { length: count },
      (_, number) => new Partition(address, number, new ItemIds(now, random), { record, memory, firstLook }),
    )
    const queue = new LogicalQueue(config, address, partitions, {
      clock,
      record,
      memory,
      deadLettersOf: (name) => {
        const found = this.find(name)
        return found !== undefined && found.partitions.length > 0 ? found : undefined
      },
      warn: this.#options.warn,
    })
    this.#byName.set(config.name, queue)
    return queue
  }

  /** Deletes a queue with all its items. Its waiting requests get a 453. */
  delete(name: string): void {
    const queue = this.#byName.get(name)
    if (queue === undefined) return
    this.#byName.delete(name)
    queue.delete()
  }

  /** Deletes all queues. */
  clear(): void {
    for (const name of [...this.#byName.keys()]) this.delete(name)
  }

  /** Stops all queues. Waiting and later requests get a 453. */
  stop(): void {
    this.#stopped = true
    for (const queue of this.#byName.values()) queue.stop()
  }
}
