/** A store of records by id. */

/** A record with an id. */
export interface Identified {
  readonly id: string
}

/**
 * Holds records by id. Pages are sorted by id, everything else is in order of creation. Ids are ASCII, so the order of strings is that
 * of their bytes.
 */
export class Records<T extends Identified> {
  readonly #byId = new Map<string, T>()
  /** The same records, sorted by id. */
  readonly #sorted: T[] = []
  readonly #changed: (id: string) => void

  /** `changed` gets the id of each record that is added, replaced or removed. */
  constructor(changed: (id: string) => void) {
    this.#changed = changed
  }

  get(id: string): T | undefined {
    return this.#byId.get(id)
  }

  /** Returns the records in order of creation. */
  values(): IterableIterator<T> {
    return this.#byId.values()
  }

  add(record: T): void {
    this.#byId.set(record.id, record)
    this.#sorted.splice(this.#placeOf(record.id), 0, record)
    this.#changed(record.id)
  }

  /** Replaces the record with the same id, which must exist. */
  replace(record: T): void {
    this.#byId.set(record.id, record)
    this.#sorted[this.#placeOf(record.id)] = record
    this.#changed(record.id)
  }

  /** Removes a record. Does nothing if no record has this id. */
  remove(id: string): void {
    if (!this.#byId.delete(id)) return
    this.#sorted.splice(this.#placeOf(id), 1)
    this.#changed(id)
  }

  /**
   * Returns at most `limit` records that `which` accepts. The first is the one with the id `pivot`, or with the next greater id if
   * there is none (D15).
   */
  page(pivot: string, limit: number, which: (record: T) => boolean): T[] {
    const page: T[] = []
    for (let place = this.#placeOf(pivot); place < this.#sorted.length && page.length < limit; place++) {
      const record = this.#sorted[place] as T
      if (which(record)) page.push(record)
    }
    return page
  }

  /** Returns the index of an id, or the index where it would be inserted. */
  #placeOf(id: string): number {
    let low = 0
    let high = this.#sorted.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#sorted[middle] as T).id < id) low = middle + 1
      else high = middle
    }
    return low
  }
}
