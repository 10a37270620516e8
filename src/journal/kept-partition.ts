/** A partition as its storage has it. */
import type { Item } from '../engine/store/item.js'
import type { IdRange } from '../engine/store/item-ids.js'
import type { PartitionChanges } from '../engine/store/partition-image.js'
import type { Storage } from '../storage/storage.js'
import type { BatchBuilder, Changed } from './batch-builder.js'
import { encodeItem } from './item-code.js'
import type { Journal } from './journal.js'

/** The record of a partition. */
export interface PartitionRecord {
  /** The name of its queue. */
  readonly queue: string
  /** The number of its queue. 0 if the storage of the queues forgets them. */
  readonly queueId: number
  /** Its number within the queue. */
  readonly partition: number
  readonly ids: IdRange
  /** The highest sequence number so far. */
  readonly last: number
}

/** What {@link KeptPartition} begins with. */
export interface KeptPartitionOptions {
  readonly journal: Journal
  readonly storage: Storage
  /** Its number within the storage. */
  readonly id: number
  readonly record: PartitionRecord
  /** How many records of source ids it has. */
  readonly sources: number
}

/** Takes the changes of a partition for its storage. */
export class KeptPartition implements PartitionChanges, Changed {
  readonly #journal: Journal
  readonly #storage: Storage
  readonly #id: number
  readonly #items = new Map<number, Item | undefined>()
  /** Source ids that have no record yet. */
  #sources: string[] = []
  /** How many records of source ids there are. */
  #sourceRecords: number
  #record: PartitionRecord
  #last: number
  #isRecordChanged = false
  #hasEnded = false

  constructor({ journal, storage, id, record, sources }: KeptPartitionOptions) {
    this.#journal = journal
    this.#storage = storage
    this.#id = id
    this.#record = record
    this.#last = record.last
    this.#sourceRecords = sources
  }

  changed(item: Item): void {
    if (item.sequence > this.#last) {
      this.#last = item.sequence
      this.#isRecordChanged = true
    }
    this.#set(item.sequence, item)
  }

  gone(sequence: number): void {
    this.#set(sequence, undefined)
  }

  keptSource(sourceId: string): void {
    this.#sources.push(sourceId)
    this.#journal.changed(this.#storage, this)
  }

  /** Writes its record, as that of this queue. */
  belongsTo(queueId: number): void {
    this.#record = { ...this.#record, queueId }
    this.#isRecordChanged = true
    this.#journal.changed(this.#storage, this)
  }

  /** Removes it, with all that is in it. */
  end(): void {
    this.#items.clear()
    this.#hasEnded = true
    this.#journal.changed(this.#storage, this)
  }

  collect(batch: BatchBuilder): void {
    const partition = this.#id
    if (this.#hasEnded) {
      this.#collectEnd(batch)
      return
    }
    for (const [sequence, item] of this.#items) {
      batch.items.push({ partition, sequence, value: item && encodeItem(item) })
    }
    this.#items.clear()
    for (const source of this.#sources.splice(0))
      batch.record('source', `${partition}/${this.#sourceRecords++}`, source)
    if (this.#isRecordChanged) batch.record('partition', String(partition), { ...this.#record, last: this.#last })
    this.#isRecordChanged = false
  }

  #collectEnd(batch: BatchBuilder): void {
    batch.ended.push(this.#id)
    batch.record('partition', String(this.#id), undefined)
    for (let index = 0; index < this.#sourceRecords; index++) batch.record('source', `${this.#id}/${index}`, undefined)
  }

  #set(sequence: number, item: Item | undefined): void {
    if (this.#items.size === 0) this.#journal.changed(this.#storage, this)
    this.#items.set(sequence, item)
  }
}
