/** What a daemon still has after it went down. */
import { inspect } from 'node:util'
import type { QueueImage } from '../../engine/queue/queues-image.js'
import { type QueratorError, usageError } from '../../errors.js'
import type { StorageSpecs } from '../lasting/storage-spec.js'
import type { Ending } from './presence.js'

/** The values of {@link Keeps}. */
export const KEEPS = ['items', 'queues', 'nothing'] as const

/**
 * What a daemon in memory keeps when it crashes or restarts:
 *
 * - `'items'`: everything, as a server with storages on disk
 * - `'queues'`: queues, users and keys, but no items, as a server that has only its `queue-storage` on disk
 * - `'nothing'`: as a server in memory. Only the queues of the configuration come back
 */
export type Keeps = (typeof KEEPS)[number]

/** What a daemon keeps unless it is told. `'mixed'`: the items of those partitions whose configured storage would last. */
export type UsualKeeps = Keeps | 'mixed'

/** Returns what is kept. @throws QueratorError if `given` is none of {@link Keeps} */
export function checkedKeeps(what: string, given: Keeps): Keeps {
  if (KEEPS.includes(given)) return given
  throw usageError(`${what} is one of '${KEEPS.join("', '")}'; got ${inspect(given)}`)
}

/** Returns the error for a daemon whose storages last. */
export function decidedByStorages(what: string): QueratorError {
  return usageError(
    `${what} is for a daemon in memory, and the storages of this one decide what there is; leave it out, or set storage: 'memory'`,
  )
}

/** Returns the error of a restart that is told what to keep when the daemon is down. */
export function decidedByEnd(down: Ending): QueratorError {
  return usageError(
    down === 'crashed'
      ? 'restart: the daemon has crashed, and the crash decided what is left; give keeps to crash() instead'
      : 'restart: the daemon was stopped by an earlier restart, which decided what is left; leave keeps out',
  )
}

/** Returns whether the items in a storage are kept. */
export function keepsItems(keeps: UsualKeeps, { partitions }: StorageSpecs): (storage: string) => boolean {
  return (storage) => keeps === 'items' || (keeps === 'mixed' && partitions.get(storage) !== undefined)
}

/** Returns the queues that are kept, with the items of the storages that `isKept` accepts. */
export function keptQueues(
  images: readonly QueueImage[],
  keeps: UsualKeeps,
  isKept: (storage: string) => boolean,
): QueueImage[] {
  if (keeps === 'nothing') return []
  return images.map((image) => ({
    ...image,
    paused: false,
    partitions: image.partitions.map((partition, number) => {
      // Another life looks at everything again.
      return partition && isKept(image.storages[number] ?? '') ? { ...partition, looks: undefined } : undefined
    }),
    turns: undefined,
  }))
}
