/** The state of all queues of a daemon, to make the same ones elsewhere, and who keeps it. */
import type { QueueConfig } from '../queue-config.js'
import type { IdRange, ItemIds } from '../store/item-ids.js'
import type { Partition } from '../store/partition.js'
import type { PartitionChanges, PartitionImage } from '../store/partition-image.js'

/** A queue with everything that is in it. */
export interface QueueImage {
  readonly config: QueueConfig
  /** Its number in the record of events. Without one, it gets a new one. */
  readonly queueId?: number | undefined
  /** The name of the storage of each partition. */
  readonly storages: readonly string[]
  /** Its partitions. Those that are missing begin empty. */
  readonly partitions: readonly (PartitionImage | undefined)[]
  readonly paused?: boolean | undefined
  /** The numbers of its partitions in the order in which those with equal load get a produce. */
  readonly turns?: readonly number[] | undefined
}

/** Where a partition is kept, and how its ids begin. */
export interface PlacedPartition {
  readonly storage: string
  readonly ids: IdRange
  /** Whether it goes on with what {@link KeepsQueues.takeLeft} has returned for it. */
  readonly isLeft: boolean
}

/** Keeps queues and what is in them, so that they outlast the daemon. */
export interface KeepsQueues {
  /** A queue was created. */
  created(queueId: number, config: QueueConfig, partitions: readonly PlacedPartition[]): KeepsQueue
  /** A queue was loaded from where it is kept. */
  restored(queueId: number, config: QueueConfig, partitions: readonly PlacedPartition[]): KeepsQueue
  /** Returns what is left of a partition of an earlier queue of this name, which the storage of queues has forgotten. */
  takeLeft(name: string, partition: number, storage: string): PartitionImage | undefined
  /** What changes from now on is written after all that has changed before, also where storages differ. */
  inOrder(): void
}

/** Keeps one queue. */
export interface KeepsQueue {
  updated(config: QueueConfig): void
  deleted(): void
  /** Returns who takes the changes of a partition. `undefined` if its storage keeps nothing. */
  partition(number: number): PartitionChanges | undefined
}

/** Returns where partitions are kept. `left` has what each of them goes on with. */
export function placedOf(
  storages: readonly string[],
  ids: readonly ItemIds[],
  left: readonly (PartitionImage | undefined)[],
): PlacedPartition[] {
  return ids.map(({ range }, n) => ({ storage: storages[n] as string, ids: range, isLeft: left[n] !== undefined }))
}

/** Writes what the partitions of a queue hold, because it came from somewhere else. */
export function writeAll(partitions: readonly Partition[], kept: KeepsQueue): void {
  for (const partition of partitions) {
    const changes = kept.partition(partition.number)
    if (changes !== undefined) partition.writeAll(changes)
  }
}
