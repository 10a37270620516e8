/** A batch while it is put together. */
import type { Batch, ItemChange, RecordChange, RecordKind } from '../storage/storage.js'

/** Collects the changes of one batch. */
export class BatchBuilder implements Batch {
  readonly items: ItemChange[] = []
  readonly records: RecordChange[] = []
  readonly ended: number[] = []

  /** Without a value, the record is gone. */
  record(kind: RecordKind, id: string, value: unknown): void {
    this.records.push({ kind, id, value: value === undefined ? undefined : JSON.stringify(value) })
  }
}

/** Something with changes that are not written yet. */
export interface Changed {
  /** Adds its changes as they are now, and has none any more. */
  collect(batch: BatchBuilder): void
}
