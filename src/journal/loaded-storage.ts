/** What a storage has kept, as it is read. */
import type { Item } from '../engine/store/item.js'
import { usageError } from '../errors.js'
import type { Loading, RecordKind, Storage } from '../storage/storage.js'
import { ItemDecoder } from './item-code.js'
import type { PartitionRecord } from './kept-partition.js'
import type { LoadedPartition } from './kept-queues.js'

/** The form in which the journal writes. Others cannot be read. */
export const FORMAT = 1

/** Takes the records and the items of one storage. */
export class LoadedStorage implements Loading {
  readonly records: { readonly kind: RecordKind; readonly id: string; readonly value: unknown }[] = []
  /** Whether anything was ever written to it. */
  isNew = true
  readonly #storage: Storage
  readonly #items = new Map<number, Item[]>()
  readonly #decoder = new ItemDecoder()
  /** The source ids of items, by partition. */
  readonly #held = new Map<number, string[]>()
  #current: Item[] = []
  #partition = -1

  constructor(storage: Storage) {
    this.#storage = storage
  }

  record(kind: RecordKind, id: string, value: string): void {
    this.isNew = false
    const parsed = this.#parsed(`its ${kind} '${id}'`, value)
    if (kind === 'about' && id === 'format' && parsed !== FORMAT) {
      throw usageError(
        `${this.#storage.name} was written in format ${String(parsed)}, and this version reads format ${FORMAT}; use the version of querator-test that wrote it, or delete it to start empty`,
      )
    }
    this.records.push({ kind, id, value: parsed })
  }

  item(partition: number, sequence: number, value: Uint8Array): void {
    this.isNew = false
    if (partition !== this.#partition) {
      this.#partition = partition
      this.#current = this.#items.get(partition) ?? []
      this.#items.set(partition, this.#current)
    }
    try {
      const item = this.#decoder.decode(sequence, value)
      this.#current.push(item)
      if (item.sourceId !== '') listIn(this.#held, partition).push(item.sourceId)
    } catch (error) {
      throw this.#broken(`item ${sequence} of its partition ${partition} cannot be read: ${(error as Error).message}`)
    }
  }

  /** How many lives of daemons it has seen. */
  get lives(): number {
    return Number(this.#about('lives') ?? 0)
  }

  /** What tells its queues from those of other storages. `undefined` if it has had none. */
  get identity(): string | undefined {
    return this.#about('identity')
  }

  /** The identity of the storage of queues to which its partitions belong. `undefined` if that forgets them. */
  get belongsTo(): string | undefined {
    return this.#about('belongs-to')
  }

  get hasPartitions(): boolean {
    return this.records.some(({ kind }) => kind === 'partition')
  }

  #about(what: string): string | undefined {
    const found = this.records.find(({ kind, id }) => kind === 'about' && id === what)
    return found === undefined ? undefined : String(found.value)
  }

  /** Returns the partitions with their items. @throws QueratorError if something is missing */
  partitions(): LoadedPartition[] {
    const sources = this.#sources()
    const partitions = this.#of<PartitionRecord>('partition').map(([id, record]) => {
      const items = this.#items.get(id) ?? []
      this.#items.delete(id)
      const kept = sources.get(id) ?? []
      const taken = [...kept, ...(this.#held.get(id) ?? [])]
      const image = { ids: record.ids, lastSequence: record.last, items, sources: taken }
      return { id, record, image, sources: kept.length }
    })
    const [lost] = this.#items.keys()
    if (lost !== undefined) throw this.#broken(`it has items of partition ${lost}, but no record of that partition`)
    return partitions
  }

  /** Returns the records of a kind whose ids are numbers. */
  #of<T>(kind: RecordKind): [id: number, record: T][] {
    return this.records.filter((one) => one.kind === kind).map(({ id, value }) => [Number(id), value as T])
  }

  #sources(): Map<number, string[]> {
    const sources = new Map<number, string[]>()
    for (const { kind, id, value } of this.records) {
      if (kind !== 'source') continue
      const partition = Number(id.slice(0, id.indexOf('/')))
      listIn(sources, partition).push(String(value))
    }
    return sources
  }

  #parsed(what: string, json: string): unknown {
    try {
      return JSON.parse(json)
    } catch (error) {
      throw this.#broken(`${what} cannot be read: ${(error as Error).message}`)
    }
  }

  #broken(why: string): Error {
    return usageError(`${this.#storage.name} is broken: ${why}; restore a copy of it, or delete it to start empty`)
  }
}

function listIn(lists: Map<number, string[]>, partition: number): string[] {
  const list = lists.get(partition) ?? []
  lists.set(partition, list)
  return list
}
