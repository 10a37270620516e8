/** Stands for what keeps the state of a daemon until that is loaded. */
import type { AccessKind, KeepsAccess } from '../../access/access-image.js'
import type { KeepsQueue, KeepsQueues, PlacedPartition } from '../../engine/queue/queues-image.js'
import type { QueueConfig } from '../../engine/queue-config.js'
import type { PartitionImage } from '../../engine/store/partition-image.js'

/** Keeps the state of one life of a daemon. */
export interface Keeper {
  readonly queues: KeepsQueues
  readonly access: KeepsAccess
  /**
   * Keeps other queues in place of all: `queues` deletes those that are there and creates the others, and `rest` changes what is kept beside
   * them. If the process ends meanwhile, all of the old is kept, or all of the new.
   */
  replace(queues: () => void, rest: () => void): void
  /** Removes what waits for queues of its name. */
  forgetLeft(): void
  /** Returns what a call returned, once all that it saw and changed is kept. */
  after(carryOut: () => unknown, timeout: () => number): unknown
}

/** Passes everything on to the keeper of the present life. */
export class LateKeeper implements KeepsQueues, KeepsAccess {
  /** `undefined` while nothing is kept: before the storages are open, and while the daemon is down. */
  current: Keeper | undefined

  created(queueId: number, config: QueueConfig, partitions: readonly PlacedPartition[]): KeepsQueue {
    return this.current?.queues.created(queueId, config, partitions) ?? KEEPS_NOTHING
  }

  restored(queueId: number, config: QueueConfig, partitions: readonly PlacedPartition[]): KeepsQueue {
    return this.current?.queues.restored(queueId, config, partitions) ?? KEEPS_NOTHING
  }

  takeLeft(name: string, partition: number, storage: string): PartitionImage | undefined {
    return this.current?.queues.takeLeft(name, partition, storage)
  }

  inOrder(): void {
    this.current?.queues.inOrder()
  }

  /** See {@link Keeper.replace}. */
  replace(queues: () => void, rest: () => void): void {
    if (this.current !== undefined) {
      this.current.replace(queues, rest)
      return
    }
    queues()
    rest()
  }

  changed(kind: AccessKind, id: string): void {
    this.current?.access.changed(kind, id)
  }

  /** See {@link Keeper.after}. */
  after(carryOut: () => unknown, timeout: () => number): unknown {
    return this.current === undefined ? carryOut() : this.current.after(carryOut, timeout)
  }
}

const KEEPS_NOTHING: KeepsQueue = {
  updated: () => undefined,
  deleted: () => undefined,
  partition: () => undefined,
}
