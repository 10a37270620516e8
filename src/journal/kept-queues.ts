/** Keeps the queues of a daemon in its storages. */
import type { KeepsQueue, KeepsQueues, PlacedPartition } from '../engine/queue/queues-image.js'
import type { QueueConfig } from '../engine/queue-config.js'
import type { PartitionImage } from '../engine/store/partition-image.js'
import type { Storage } from '../storage/storage.js'
import type { BatchBuilder, Changed } from './batch-builder.js'
import type { Journal } from './journal.js'
import { KeptPartition, type PartitionRecord } from './kept-partition.js'
import { queueRecordOf } from './queue-record.js'

/** The storages of a daemon. */
export interface Storages {
  /** The storage of the queues. `undefined` if it forgets them. */
  readonly queues: Storage | undefined
  /** The storages of partitions by name, as far as they keep something. */
  readonly partitions: ReadonlyMap<string, Storage>
}

/** A partition that was loaded. */
export interface LoadedPartition {
  readonly id: number
  readonly record: PartitionRecord
  readonly image: PartitionImage
  /** How many records of source ids it has. */
  readonly sources: number
}

type Work = () => void

interface Replacing {
  /** Changes of the records of queues. */
  readonly records: Work[]
  /** Removes partitions. */
  readonly ends: Work[]
}

/** Takes the changes of queues for their storages. */
export class KeptQueues implements KeepsQueues {
  readonly #journal: Journal
  readonly #storages: Storages
  /** The last number of a partition in each storage. */
  readonly #lastIds = new Map<Storage, number>()
  /** The partitions of queues that are known, by the numbers of queue and partition. */
  readonly #known = new Map<string, KeptPartition>()
  /** Partitions whose queues were forgotten, by the place that they belong to. */
  readonly #left = new Map<Storage, Map<string, LoadedPartition>>()
  /** What waits, while all queues are replaced, until the items of the new ones are written. */
  #replacing: Replacing | undefined

  constructor(journal: Journal, storages: Storages) {
    this.#journal = journal
    this.#storages = storages
  }

  /** Takes a partition from its storage. With `isKnown`, its queue is there. Else it waits for a queue of its name. */
  loaded(storage: Storage, partition: LoadedPartition, isKnown: boolean): void {
    const { id, record } = partition
    this.#sawId(storage, id)
    if (isKnown) this.#known.set(placeOf(record.queueId, record.partition), this.#kept(storage, partition))
    else this.#leftIn(storage).set(leftAt(record.queue, record.partition), partition)
  }

  /** Leaves a partition in its storage as it is. */
  skip(storage: Storage, { id }: LoadedPartition): void {
    this.#sawId(storage, id)
  }

  /** Notes that a partition belongs to no queue, and may get one. */
  leave(storage: Storage, partition: LoadedPartition): void {
    this.#kept(storage, partition).belongsTo(0)
  }

  /** Removes a partition that belongs to no queue. */
  end(storage: Storage, partition: LoadedPartition): void {
    this.#sawId(storage, partition.id)
    this.#kept(storage, partition).end()
  }

  takeLeft(name: string, partition: number, storageName: string): PartitionImage | undefined {
    const storage = this.#storages.partitions.get(storageName)
    return storage && this.#leftIn(storage).get(leftAt(name, partition))?.image
  }

  created(queueId: number, config: QueueConfig, placed: readonly PlacedPartition[]): KeepsQueue {
    return this.#queue(queueId, config, placed, true)
  }

  restored(queueId: number, config: QueueConfig, placed: readonly PlacedPartition[]): KeepsQueue {
    return this.#queue(queueId, config, placed, false)
  }

  inOrder(): void {
    this.#journal.inOrder()
  }

  /** Removes what waits for queues of its name. */
  forgetLeft(): void {
    for (const [storage, partitions] of this.#left) {
      for (const partition of partitions.values()) this.#end(() => this.end(storage, partition))
    }
    this.#left.clear()
  }

  /** Keeps other queues in place of all: `queues` deletes and creates them, and `rest` changes what is kept beside them. */
  replace(queues: () => void, rest: () => void): void {
    const [records, ends]: [Work[], Work[]] = [[], []]
    this.#replacing = { records, ends }
    try {
      this.forgetLeft()
      queues()
    } finally {
      this.#replacing = undefined
    }
    const isApart = this.#isApart([...this.#storages.partitions.keys()])
    // Until the storage of queues names them, the new partitions are what is left of deleted queues; afterwards, the old ones are.
    if (isApart) this.#journal.inOrder()
    for (const write of records) write()
    rest()
    if (isApart) this.#journal.inOrder()
    for (const end of ends) end()
  }

  /** Whether queues are kept, and some of these partitions elsewhere. */
  #isApart(names: readonly string[]): boolean {
    const { queues, partitions } = this.#storages
    const places = names.map((name) => partitions.get(name))
    return queues !== undefined && places.some((place) => place !== undefined && place !== queues)
  }

  #queue(queueId: number, config: QueueConfig, placed: readonly PlacedPartition[], isNew: boolean): KeepsQueue {
    const { queues } = this.#storages
    const kept = queues && new KeptQueue(this.#journal, queues, queueId, placed)
    if (isNew) this.#record(() => kept?.set(config))
    const partitions = placed.map((one, number) => this.#partition(queueId, config.name, one, number))
    return {
      updated: (changed) => kept?.set(changed),
      deleted: () => {
        this.#record(() => kept?.set(undefined))
        // A queue is never there without what was in it. In one storage, all of it goes in one batch.
        if (this.#replacing === undefined && this.#isApart(placed.map(({ storage }) => storage)))
          this.#journal.inOrder()
        for (const partition of partitions) this.#end(() => partition?.end())
      },
      partition: (number) => partitions[number],
    }
  }

  #record(write: Work): void {
    if (this.#replacing === undefined) write()
    else this.#replacing.records.push(write)
  }

  #end(end: Work): void {
    if (this.#replacing === undefined) end()
    else this.#replacing.ends.push(end)
  }

  /** Returns who takes the changes of a partition, which may be there already. `undefined` if its storage forgets them. */
  #partition(
    queueId: number,
    queue: string,
    { storage: name, ids, isLeft }: PlacedPartition,
    partition: number,
  ): KeptPartition | undefined {
    const storage = this.#storages.partitions.get(name)
    if (storage === undefined) return undefined
    const known = this.#known.get(placeOf(queueId, partition))
    this.#known.delete(placeOf(queueId, partition))
    if (known !== undefined) return known
    const found = this.#leftIn(storage).get(leftAt(queue, partition))
    this.#leftIn(storage).delete(leftAt(queue, partition))
    // A queue of a dump brings items of its own.
    const left = isLeft ? found : undefined
    if (found !== undefined && left === undefined) this.#end(() => this.end(storage, found))
    const id = (this.#lastIds.get(storage) ?? 0) + 1
    if (left === undefined) this.#sawId(storage, id)
    const record = { queue, queueId: 0, partition, ids, last: -1 }
    const kept = this.#kept(storage, left ?? { id, record, sources: 0 })
    kept.belongsTo(this.#storages.queues === undefined ? 0 : queueId)
    return kept
  }

  #sawId(storage: Storage, id: number): void {
    this.#lastIds.set(storage, Math.max(this.#lastIds.get(storage) ?? 0, id))
  }

  #leftIn(storage: Storage): Map<string, LoadedPartition> {
    const left = this.#left.get(storage) ?? new Map<string, LoadedPartition>()
    this.#left.set(storage, left)
    return left
  }

  #kept(storage: Storage, { id, record, sources }: Omit<LoadedPartition, 'image'>): KeptPartition {
    return new KeptPartition({ journal: this.#journal, storage, id, record, sources })
  }
}

/** Takes the changes of the options of a queue. */
class KeptQueue implements Changed {
  readonly #journal: Journal
  readonly #storage: Storage
  readonly #queueId: number
  readonly #storages: readonly string[]
  #config: QueueConfig | undefined

  constructor(journal: Journal, storage: Storage, queueId: number, placed: readonly PlacedPartition[]) {
    this.#journal = journal
    this.#storage = storage
    this.#queueId = queueId
    this.#storages = placed.map((one) => one.storage)
  }

  set(config: QueueConfig | undefined): void {
    this.#config = config
    this.#journal.changed(this.#storage, this)
  }

  collect(batch: BatchBuilder): void {
    const config = this.#config
    batch.record('queue', String(this.#queueId), config && queueRecordOf(config, this.#storages))
  }
}

function placeOf(queueId: number, partition: number): string {
  return `${queueId}/${partition}`
}

function leftAt(queue: string, partition: number): string {
  return `${partition} ${queue}`
}
