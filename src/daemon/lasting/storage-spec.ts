/** Where the configuration says that something is kept. */

/** A folder with an embedded database. */
export interface BadgerSpec {
  readonly driver: 'badger'
  /** Undefined if the configuration names none. */
  readonly directory: string | undefined
  /** Whether each batch survives a power loss. */
  readonly sync: boolean
}

/** A schema of a PostgreSQL database. */
export interface PostgresSpec {
  readonly driver: 'postgres'
  /** Undefined if the configuration names none. */
  readonly connectionString: string | undefined
  /** Undefined for the usual one. */
  readonly schema: string | undefined
}

/** A storage that lasts. */
export type StorageSpec = BadgerSpec | PostgresSpec

/** The storages of a configuration. */
export interface StorageSpecs {
  /** The storage of the queues. `undefined` if it is in memory. */
  readonly queues: StorageSpec | undefined
  /** The partition storages by name. `undefined` for those in memory. */
  readonly partitions: ReadonlyMap<string, StorageSpec | undefined>
}

/** Returns whether any of them is not in memory. */
export function isLasting({ queues, partitions }: StorageSpecs): boolean {
  return queues !== undefined || [...partitions.values()].some((spec) => spec !== undefined)
}

/** Returns what a server with these storages has after it was killed. `mixed`: the items of some of its storages. */
export function keepsOf({ queues, partitions }: StorageSpecs): 'items' | 'mixed' | 'queues' | 'nothing' {
  if (queues === undefined) return 'nothing'
  const lasting = [...partitions.values()].filter((spec) => spec !== undefined)
  if (lasting.length === 0) return 'queues'
  return lasting.length === partitions.size ? 'items' : 'mixed'
}

/** Returns what surprises people about storages of which some last and some do not. */
export function mixedTexts(specs: StorageSpecs, isInMemory: boolean): string[] {
  if (!isLasting(specs)) return []
  const inMemory = [...specs.partitions].filter(([, spec]) => spec === undefined).map(([name]) => `'${name}'`)
  if (specs.queues === undefined) {
    if (isInMemory) {
      return [
        "queue-storage is in memory, and partition-storage is not. With storage: 'memory', a restart forgets the items with the queues; on Querator, a queue that is created again under its name has them",
      ]
    }
    return [
      'queue-storage is in memory, and partition-storage is not: a restart forgets the queues, as on Querator. A queue that you create again under its name has its items',
    ]
  }
  if (inMemory.length === 0) return []
  return [
    `queue-storage lasts, and partition-storage ${inMemory.join(', ')} is in memory: after a restart the queues are there, and the items in it are gone, as on Querator`,
  ]
}
