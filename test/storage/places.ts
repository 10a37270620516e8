/** What tests of storages have in common: places, batches, and what was loaded. */
import { createHash } from 'node:crypto'
import { expect, onTestFinished } from 'vitest'
import type { Batch, ItemChange, Storage } from '../../src/storage/storage.js'
import { batchOf, item } from './batches.js'

/** Where a storage keeps its batches, such as a folder. */
export interface Place {
  /** Returns one more storage for this place. It is not open. */
  storage(): Storage
  /** Returns the place as the next process finds it if this one ends now. Left out if that cannot be had within one process. */
  crashed?(): Promise<Place>
  /** Removes it, with what is still open. */
  remove?(): Promise<void>
}

/** What was loaded: records by kind and id, and items in the order that they came in. */
export interface Loaded {
  readonly records: Record<string, string>
  readonly items: readonly string[]
}

/** Shows an item as {@link loaded} does. */
export function shown({ partition, sequence, value = new Uint8Array() }: ItemChange): string {
  const bytes = value.length > 100 ? createHash('sha1').update(value).digest('hex') : Buffer.from(value).toString('hex')
  return `${partition}/${sequence}: ${value.length} ${bytes}`
}

/** Loads everything from an open storage. */
export async function loaded(storage: Storage): Promise<Loaded> {
  const records = new Map<string, string>()
  const items: string[] = []
  await storage.load({
    record(kind, id, value) {
      expect(items).toHaveLength(0)
      expect(records.has(`${kind} ${id}`)).toBe(false)
      records.set(`${kind} ${id}`, value)
    },
    item(partition, sequence, value) {
      items.push(shown({ partition, sequence, value }))
    },
  })
  return { records: Object.fromEntries(records), items }
}

/** Opens a storage that has not been open before, loads everything, and passes it on with the storage. */
export async function opened(place: Place): Promise<Loaded & { storage: Storage }> {
  const storage = place.storage()
  await storage.open()
  onTestFinished(() => storage.close())
  return { ...(await loaded(storage)), storage }
}

/** Appends batches, closes, and returns what the next open finds. */
export async function afterwards(place: Place, ...batches: Partial<Batch>[]): Promise<Loaded> {
  const { storage } = await opened(place)
  for (const batch of batches) await storage.append(batchOf(batch))
  await storage.close()
  const { storage: next, records, items } = await opened(place)
  await next.close()
  return { records, items }
}

/** Sequence numbers on both sides of each byte. */
export const SEQUENCES = [
  0,
  1,
  9,
  10,
  255,
  256,
  65_535,
  65_536,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 40 + 1,
  2 ** 48 - 1,
]
/** Partitions whose numbers begin like those of others. */
export const PARTITIONS = [0, 1, 2, 10, 255, 256, 257, 65_536, 2 ** 24, 2 ** 31, 2 ** 32 - 2, 2 ** 32 - 1]
/** An item with each of these numbers in each of these partitions, in order. */
export const EVERYWHERE = PARTITIONS.flatMap((partition) =>
  SEQUENCES.map((n) => item(partition, n, `${partition} ${n}`)),
)
