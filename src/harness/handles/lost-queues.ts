/** What went down with a daemon while a test ran, and what of it comes back. */
import type { DaemonImage } from '../../daemon/lives/daemon-image.js'
import type { DoorState } from './test-users.js'

type QueueImage = DaemonImage['queues'][number]

/** What went down with a daemon while a test ran. */
export interface Loss {
  /** The queues, as they were then. */
  readonly queues: DaemonImage['queues']
  /** Whether the queues themselves were lost. */
  readonly areLost: boolean
  /** Whether the items of a storage were kept. */
  readonly isKept: (storage: string) => boolean
  /** Undefined if users and keys were kept. */
  readonly access: DaemonImage['access'] | undefined
  readonly door: DoorState
}

/** What was there before a test. */
interface Before {
  /** Queues with a higher number are of the test, and so are items. */
  readonly lastQueue: number
  readonly lastItem: number
}

/**
 * Returns the queues from before a test that lost something, as they were when the daemon went down, without what the test had put in, and
 * without the partitions that lost nothing.
 */
export function lostQueues(losses: readonly Loss[], { lastQueue, lastItem }: Before): QueueImage[] {
  const back = new Map<string, QueueImage>()
  for (const { queues, areLost, isKept } of losses) {
    for (const image of Array.from(queues)) {
      if (image.queueId === undefined || image.queueId > lastQueue) continue
      const lost = Array.from(image.storages, (storage, number) => {
        return areLost || !isKept(storage) ? partitionBefore(image.partitions[number], lastItem) : undefined
      })
      if (!areLost && !lost.some((partition) => partition !== undefined && partition.items.length > 0)) continue
      // What it lost first is what was there before.
      const known = back.get(image.config.name)
      const partitions = lost.map((partition, number) => known?.partitions[number] ?? partition)
      back.set(image.config.name, { ...(known ?? image), partitions })
    }
  }
  return [...back.values()]
}

type PartitionImage = QueueImage['partitions'][number]

/** Returns a partition without the items that came later. */
function partitionBefore(partition: PartitionImage, lastItem: number): PartitionImage {
  return partition && { ...partition, items: partition.items.filter(({ serial }) => serial <= lastItem) }
}
