/** A model of a storage. */
import type { Batch } from '../../src/storage/storage.js'
import { type Loaded, shown } from './places.js'

/** What should be there. It is as slow as it is simple. */
export class Model {
  #items = new Map<string, Batch['items'][number]>()
  #records = new Map<string, string>()

  /** Does what a storage should do with a batch. */
  append({ items, records, ended }: Batch): void {
    for (const [key, { partition }] of this.#items) if (ended.includes(partition)) this.#items.delete(key)
    for (const one of items) this.#items.set(`${one.partition}/${one.sequence}`, one)
    for (const { kind, id, value } of records) {
      this.#records.delete(`${kind} ${id}`)
      if (value !== undefined) this.#records.set(`${kind} ${id}`, value)
    }
  }

  /** Returns what should be loaded. */
  kept(): Loaded {
    const there = [...this.#items.values()].filter(({ value }) => value !== undefined)
    there.sort((a, b) => a.partition - b.partition || a.sequence - b.sequence)
    return { records: Object.fromEntries(this.#records), items: there.map(shown) }
  }
}
