/**
 * What keeps the state of a daemon when its process ends.
 *
 * The engine stays in memory and synchronous. Its journal (`journal/`) collects what has changed, and a storage writes it, one batch at
 * a time. A storage knows nothing of queues: it keeps the bytes of items by partition and sequence number, and short records by kind and id.
 */

/** The kinds of records. What is in them is up to the journal. */
export const RECORD_KINDS = [
  'about',
  'queue',
  'partition',
  'source',
  'namespace',
  'user',
  'api-key',
  'role',
  'role-binding',
] as const
/** See {@link RECORD_KINDS}. */
export type RecordKind = (typeof RECORD_KINDS)[number]

/** An item that was added or has changed, or is gone. */
export interface ItemChange {
  /** The number of the partition within the storage: a whole number from 0 to 2³² − 1. */
  readonly partition: number
  /** The place of the item within the partition: a whole number from 0 to 2⁴⁸ − 1. */
  readonly sequence: number
  /** The bytes of the item. `undefined` if it is gone. */
  readonly value: Uint8Array | undefined
}

/** A record that was added or has changed, or is gone. */
export interface RecordChange {
  readonly kind: RecordKind
  /** Any text but the empty one: ASCII or not, at most 2,000 characters. */
  readonly id: string
  /** `undefined` if it is gone. */
  readonly value: string | undefined
}

/** What is written at once: all of it, or nothing. No two changes are of the same item or record. */
export interface Batch {
  readonly items: readonly ItemChange[]
  readonly records: readonly RecordChange[]
  /** Partitions whose items are all gone. No item of `items` is in one of them. Their records are among `records`. */
  readonly ended: readonly number[]
}

/** Takes what a storage has kept. */
export interface Loading {
  record(kind: RecordKind, id: string, value: string): void
  /** The bytes of `value` may be others after the call. */
  item(partition: number, sequence: number, value: Uint8Array): void
}

/** Options of {@link Storage.open}. */
export interface OpenOptions {
  /** Fails if nothing is there yet, and creates nothing. Default: no. */
  readonly mustExist?: boolean
}

/**
 * A place that keeps batches. Its promises:
 *
 * - {@link open} takes the place for this daemon alone, until {@link close} or the end of the process
 * - {@link load} gives everything that was kept, or rejects. It never gives a part without rejecting
 * - once {@link append} has resolved, the batch survives the end of the process, also by SIGKILL
 * - a batch whose append has not resolved is there whole, or not at all
 * - to append the same batch again changes nothing, so it may be tried again after an error
 *
 * Its caller opens it first, then loads once, and waits for each call to end before the next one, except for {@link size}.
 */
export interface Storage {
  /** What to call it in messages, such as `badger in 'data/items'`. */
  readonly name: string
  /**
   * Takes the place. Creates what is missing, unless `options` say otherwise.
   * @throws QueratorError that says what to do: another process has the place, something else is there, or it is broken
   */
  open(options?: OpenOptions): Promise<void>
  /**
   * Gives all records, in any order, and then all items: partition by partition, each in order of its sequence numbers.
   * @throws QueratorError that says what to do, if something cannot be read; whatever `into` throws
   */
  load(into: Loading): Promise<void>
  /** Writes a batch. @throws Error with the cause, if it cannot. The caller may try again */
  append(batch: Batch): Promise<void>
  /** Resolves when all that was appended survives a power loss too. */
  flush(): Promise<void>
  /** How many bytes it holds on disk, roughly. */
  size(): Promise<number>
  /** Flushes, and gives the place up. Never rejects because of what was written before. */
  close(): Promise<void>
}
