/** How many partitions each storage gets of a queue (docs/protocol/admin.md §10.1). */

/** A storage of partitions. The order of the list decides the numbers. */
export interface PartitionStorage {
  readonly name: string
  /** Its share of the partitions, against the sum of all. */
  readonly affinity: number
}

/** The storage of a daemon without configured ones. */
export const DEFAULT_STORAGES: readonly PartitionStorage[] = [{ name: 'mem-0', affinity: 1 }]

/**
 * The number of partitions of each storage: floors of the shares, in doubles; remainders are lost, as on the server, so
 * that two equal storages hold no partition of a queue that asks for one.
 */
export function placePartitions(storages: readonly PartitionStorage[], requested: number): number[] {
  const sum = storages.reduce((total, storage) => total + storage.affinity, 0)
  return storages.map((storage) => (sum > 0 ? Math.floor((storage.affinity / sum) * requested) : 0))
}
