/** Batches for tests. */
import type { Batch, ItemChange } from '../../src/storage/storage.js'

/** Returns a batch. What is left out is empty. */
export function batchOf(batch: Partial<Batch>): Batch {
  return { items: [], records: [], ended: [], ...batch }
}

/** Returns an item. Text stands for its bytes in UTF-8. */
export function item(partition: number, sequence: number, value: string | Uint8Array | undefined): ItemChange {
  return { partition, sequence, value: typeof value === 'string' ? new TextEncoder().encode(value) : value }
}
