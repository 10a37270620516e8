/** Makes storages of what the configuration says. What they need is loaded only here. */
import { usageError } from '../../errors.js'
import type { Storages } from '../../journal/kept-queues.js'
import type { Storage } from '../../storage/storage.js'
import type { BadgerSpec, PostgresSpec, StorageSpec, StorageSpecs } from './storage-spec.js'

/** Returns the storages, which are not open yet. Those with the same place are one. @throws QueratorError if a place is not given */
export async function storagesOf({ queues, partitions }: StorageSpecs): Promise<Storages> {
  const made = new Map<string, Storage>()
  const storageOf = async (where: string, spec: StorageSpec): Promise<Storage> => {
    const key = JSON.stringify(placeOf(spec))
    const storage = made.get(key) ?? (await newStorage(where, spec))
    made.set(key, storage)
    return storage
  }
  const named = new Map<string, Storage>()
  let index = 0
  for (const [name, spec] of partitions) {
    if (spec !== undefined) named.set(name, await storageOf(`partition-storage[${index}]`, spec))
    index++
  }
  return { queues: queues && (await storageOf('queue-storage', queues)), partitions: named }
}

/** Where it is, whatever else is said about it. */
function placeOf(spec: StorageSpec): unknown {
  if (spec.driver === 'postgres') return [spec.driver, spec.connectionString, spec.schema]
  const { resolve } = process.getBuiltinModule('node:path')
  return [spec.driver, resolve(spec.directory ?? '')]
}

function newStorage(where: string, spec: StorageSpec): Promise<Storage> {
  return spec.driver === 'badger' ? newLevelStorage(where, spec) : newPostgresStorage(where, spec)
}

async function newLevelStorage(where: string, { directory, sync }: BadgerSpec): Promise<Storage> {
  if (!directory) throw usageError(`${where}: driver badger needs config.storage-dir, the folder of its data`)
  const { LevelStorage } = await import('../../storage/level/level-storage.js')
  return new LevelStorage({ directory, sync, name: `badger in '${directory}'` })
}

async function newPostgresStorage(where: string, spec: PostgresSpec): Promise<Storage> {
  const { connectionString, schema } = spec
  if (!connectionString) {
    throw usageError(
      `${where}: driver postgres needs config.connection-string, for example postgres://user@localhost/db`,
    )
  }
  const { PostgresStorage } = await import('../../storage/postgres/postgres-storage.js')
  return new PostgresStorage({ connectionString, ...(schema === undefined ? {} : { schema }) })
}
