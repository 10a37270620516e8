/** Makes the queues of a daemon of what its storages have kept. */
import type { AccessImage, AccessKind } from '../access/access-image.js'
import type { QueueImage } from '../engine/queue/queues-image.js'
import { usageError } from '../errors.js'
import type { Storage } from '../storage/storage.js'
import { accessImageOf, type KeptAccess } from './kept-access.js'
import type { KeptQueues, LoadedPartition, Storages } from './kept-queues.js'
import { LoadedStorage } from './loaded-storage.js'
import { configOfRecord, type QueueRecord } from './queue-record.js'

const ACCESS_KINDS: readonly string[] = ['namespace', 'user', 'api-key', 'role', 'role-binding'] satisfies AccessKind[]

/** What storages have kept. */
export interface Kept {
  readonly queues: readonly QueueImage[]
  /** `undefined` if nothing was ever kept. */
  readonly access: AccessImage | undefined
  /** The storages that nothing was written to yet. */
  readonly isNew: ReadonlySet<Storage>
  /** What tells the queues of this daemon from those of others. `undefined` if no storage keeps them. */
  readonly identity: string | undefined
  /** The number of this life of the daemon: 1 for the first. */
  readonly life: number
  /** Partitions of queues that the storage of the queues has never heard of. They wait for queues of their names. */
  readonly left: readonly Found[]
  /** The names of queues that nobody knows, and that have partitions. */
  readonly unknown: ReadonlySet<string>
  /** The names of queues with partitions that are not in their storages. */
  readonly missing: readonly string[]
  /** Partitions that belong to no queue, because a queue was half created or half deleted when the process ended. */
  readonly ended: readonly Found[]
}

/** A partition in its storage. */
export interface Found {
  readonly storage: Storage
  readonly partition: LoadedPartition
}

/** Who is told what was there. */
interface Keepers {
  readonly queues: KeptQueues
  readonly access: KeptAccess
}

/**
 * Reads all storages, which are open. Nothing is changed before all of it is read.
 * @throws QueratorError that says what to do, if one of them cannot be read, or they do not fit together
 */
export async function loadAll(storages: Storages, keepers: Keepers, known: ReadonlySet<string>): Promise<Kept> {
  const loaded = new Map<Storage, LoadedStorage>()
  for (const storage of uniqueStorages(storages)) {
    const into = new LoadedStorage(storage)
    await storage.load(into)
    loaded.set(storage, into)
  }
  const identity = identityOf(storages, loaded)
  const records = storages.queues === undefined ? [] : (loaded.get(storages.queues)?.records ?? [])
  const queues = queuesOf(records, storages.queues, known)
  const { left, unknown, ended } = placed(storages, loaded, queues, keepers)
  const access = accessOf(records, keepers.access)
  const isNew = new Set([...loaded].filter(([, one]) => one.isNew).map(([storage]) => storage))
  const life = 1 + Math.max(0, ...[...loaded.values()].map(({ lives }) => lives))
  const missing = queues.filter((queue) => lacksSome(queue, storages, keepers)).map(({ config }) => config.name)
  return { queues, access, identity, life, left, unknown, missing, ended, isNew }
}

/** Gives queues their partitions. Returns those that belong to none of them. */
function placed(
  storages: Storages,
  loaded: ReadonlyMap<Storage, LoadedStorage>,
  queues: readonly LoadedQueue[],
  keepers: Keepers,
): Pick<Kept, 'left' | 'unknown' | 'ended'> {
  const names = new Set(queues.map(({ config }) => config.name))
  const byId = new Map(queues.map((queue) => [queue.queueId, queue]))
  const [left, ended]: [Found[], Found[]] = [[], []]
  const unknown = new Set<string>()
  const isNewHere = storages.queues === undefined || loaded.get(storages.queues)?.isNew === true
  for (const [storage, one] of loaded) {
    for (const partition of one.partitions()) {
      const { queueId, queue: name, partition: number } = partition.record
      const queue = byId.get(queueId)
      const isKnown = queue?.config.name === name
      if (isKnown && !storages.partitions.has(queue.storages[number] ?? '')) {
        // Its storage is in memory now. What would change in it would not be kept, and be back at the next start.
        keepers.queues.skip(storage, partition)
      } else if (queue === undefined && !isNewHere && queueId > 0) ended.push({ storage, partition })
      else {
        keepers.queues.loaded(storage, partition, isKnown)
        if (isKnown) queue.partitions[number] = partition.image
        else if (queueId > 0) left.push({ storage, partition })
        if (!names.has(name)) unknown.add(name)
      }
    }
  }
  return { left, unknown, ended }
}

/** Returns the identity of the queues, a new one for a new storage. @throws QueratorError if a storage has items of other queues */
function identityOf({ queues }: Storages, loaded: ReadonlyMap<Storage, LoadedStorage>): string | undefined {
  if (queues === undefined) return undefined
  const identity = loaded.get(queues)?.identity
  // Items of queues that a storage does not know would be removed as what is left of deleted ones.
  for (const [storage, { belongsTo, hasPartitions }] of loaded) {
    if (hasPartitions && belongsTo !== undefined && belongsTo !== identity) throw doNotFit(storage, queues, identity)
  }
  return identity ?? process.getBuiltinModule('node:crypto').randomUUID()
}

function doNotFit(items: Storage, queues: Storage, identity: string | undefined): Error {
  if (items === queues) {
    return usageError(
      `${queues.name} is the queue-storage, but has items of queues that are kept elsewhere; did you swap it with a partition-storage? Configure each as it was before`,
    )
  }
  const found =
    identity === undefined ? `queues that are not in ${queues.name}` : `other queues than those in ${queues.name}`
  return usageError(
    `${items.name} has items of ${found}; configure the queue-storage that they belong to, or an empty place for the items. If those queues are lost, start once with \`queue-storage: { driver: memory }\`: queues that you create under their names have the items`,
  )
}

/** Whether a queue has a partition that is not in its storage, which lasts. */
function lacksSome(
  { config, storages: names, partitions }: QueueImage,
  { partitions: lasting }: Storages,
  { queues }: Keepers,
): boolean {
  return names.some((name, number) => {
    const isThere = partitions[number] !== undefined || queues.takeLeft(config.name, number, name) !== undefined
    return lasting.has(name) && !isThere
  })
}

/** Returns each storage once: two names may be of one. */
export function uniqueStorages({ queues, partitions }: Storages): Storage[] {
  return [...new Set([...(queues === undefined ? [] : [queues]), ...partitions.values()])]
}

/** Returns the queues without their partitions, in order of creation. @throws QueratorError if a storage is not configured */
function queuesOf(records: LoadedStorage['records'], storage: Storage | undefined, known: ReadonlySet<string>) {
  return records
    .filter(({ kind }) => kind === 'queue')
    .map(({ id, value }) => queueOf(Number(id), value as QueueRecord, storage as Storage, known))
    .sort((a, b) => a.queueId - b.queueId)
}

type LoadedQueue = ReturnType<typeof queueOf>

function queueOf(queueId: number, record: QueueRecord, storage: Storage, known: ReadonlySet<string>) {
  const missing = record.storages.find((name) => !known.has(name))
  if (missing !== undefined) {
    throw usageError(
      `${storage.name} has the queue '${record.name}' with partitions in the partition-storage '${missing}', which is not configured; add it to partition-storage, or delete the folders of all storages to start empty`,
    )
  }
  const partitions: QueueImage['partitions'][number][] = record.storages.map(() => undefined)
  return { queueId, config: configOfRecord(record), storages: record.storages, partitions }
}

function accessOf(records: LoadedStorage['records'], keeper: KeptAccess): AccessImage | undefined {
  const own = records.filter(({ kind }) => ACCESS_KINDS.includes(kind))
  if (own.length === 0) return undefined
  const placed = own.map(({ kind, id, value }) => {
    const { order, record } = value as { order: number; record: object }
    keeper.loaded(kind as AccessKind, id, { order })
    return { kind, order, record }
  })
  return accessImageOf(placed)
}
