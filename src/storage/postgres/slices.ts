/** Cuts a batch into slices that fit into one statement each. PostgreSQL takes at most one gigabyte. */
import { createHash } from 'node:crypto'
import type { Batch, ItemChange, RecordChange } from '../storage.js'
import { bigints, byteas, texts } from './binary-arrays.js'

/** How many bytes of values, and how many items, a slice may have. */
const MOST_BYTES = 32_000_000
const MOST_ITEMS = 100_000

/** Returns the values of the statement `Tables.append` but for the first one, for each slice. There is at least one. */
export function slicesOf(batch: Batch): Buffer[][] {
  const gone: ItemChange[] = []
  const slices: ItemChange[][] = [[]]
  let bytes = 0
  for (const item of batch.items) {
    const slice = slices.at(-1) as ItemChange[]
    if (item.value === undefined) {
      gone.push(item)
    } else if (slice.length > 0 && (slice.length === MOST_ITEMS || bytes + item.value.length > MOST_BYTES)) {
      slices.push([item])
      bytes = item.value.length
    } else {
      slice.push(item)
      bytes += item.value.length
    }
  }
  const rest: Batch = { items: gone, records: batch.records, ended: batch.ended }
  const nothing: Batch = { items: [], records: [], ended: [] }
  return slices.map((kept, n) => valuesOf(kept, n === 0 ? rest : nothing))
}

function valuesOf(kept: readonly ItemChange[], { items: gone, records, ended }: Batch): Buffer[] {
  const keptRecords = records.filter(hasValue)
  return [
    bigints(ended),
    bigints(gone.map(({ partition }) => partition)),
    bigints(gone.map(({ sequence }) => sequence)),
    bigints(kept.map(({ partition }) => partition)),
    bigints(kept.map(({ sequence }) => sequence)),
    byteas(kept.map(({ value }) => value as Uint8Array)),
    byteas(records.filter((record) => !hasValue(record)).map(keyOf)),
    byteas(keptRecords.map(keyOf)),
    texts(keptRecords.map(({ kind }) => kind)),
    byteas(keptRecords.map(({ id }) => Buffer.from(id))),
    byteas(keptRecords.map(({ value }) => Buffer.from(value))),
  ]
}

function hasValue(record: RecordChange): record is RecordChange & { value: string } {
  return record.value !== undefined
}

function keyOf({ kind, id }: RecordChange): Uint8Array {
  return createHash('sha256').update(`${kind}\0${id}`).digest()
}
