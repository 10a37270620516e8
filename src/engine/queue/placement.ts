/** Places the partitions of a queue in storages (docs/protocol/admin.md §10.1). */

/** A storage of partitions. The order of the list decides the partition numbers. */
export interface PartitionStorage {
  readonly name: string
  /** Its share of the partitions, compared with the sum of all. */
  readonly affinity: number
}

/** The storages of a daemon that configures none. */
export const DEFAULT_STORAGES: readonly PartitionStorage[] = [{ name: 'mem-0', affinity: 1 }]

/**
 * Returns the name of the storage of each partition. As on the server, shares are computed in doubles and rounded down, and remainders
 * are lost. So two equal storages get no partition of a queue that requests one.
 */
export function placePartitions(storages: readonly PartitionStorage[], requested: number): string[] {
  const sum = storages.reduce((total, storage) => total + storage.affinity, 0)
  return storages.flatMap(({ name, affinity }) => {
    const count = sum > 0 ? Math.floor((affinity / sum) * requested) : 0
    // Beside a negative affinity, a share could be beyond any bound.
    return new Array<string>(Math.min(Math.max(count, 0), requested)).fill(name)
  })
}
