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

/** Returns what a server with these storages has after it was killed, as far as memory can play it. */
export function keepsOf({ queues, partitions }: StorageSpecs): 'items' | 'queues' | 'nothing' {
  if (queues === undefined) return 'nothing'
  return [...partitions.values()].every((spec) => spec !== undefined) ? 'items' : 'queues'
}

/** Returns what surprises people about storages of which some last and some do not. */
export function mixedTexts(specs: StorageSpecs): string[] {
  if (!isLasting(specs)) return []
  const inMemory = [...specs.partitions].filter(([, spec]) => spec === undefined).map(([name]) => `'${name}'`)
  if (specs.queues === undefined) {
    return [
      'queue-storage is in memory, and partition-storage is not: a restart forgets the queues, as on Querator. A queue that you create again under its name has its items',
    ]
  }
  if (inMemory.length === 0) return []
  return [
    `queue-storage lasts, and partition-storage ${inMemory.join(', ')} is in memory: after a restart the queues are there, and the items in it are gone, as on Querator`,
  ]
}
