/** Records by their id. */

/** What can be kept. */
export interface Identified {
  readonly id: string
}

/**
 * Records by their id. Lists come in the order of ids, everything else in the order of creation. Ids are ASCII, so the order of texts is
 * that of their bytes.
 */
export class Records<T extends Identified> {
  readonly #byId = new Map<string, T>()
  /** The same, sorted by id. */
  readonly #sorted: T[] = []

  get(id: string): T | undefined {
    return this.#byId.get(id)
  }

  /** In the order of creation. */
  values(): IterableIterator<T> {
    return this.#byId.values()
  }

  add(record: T): void {
    this.#byId.set(record.id, record)
    this.#sorted.splice(this.#placeOf(record.id), 0, record)
  }

  /** Puts a record into the place of the one with its id, which must be there. */
  replace(record: T): void {
    this.#byId.set(record.id, record)
    this.#sorted[this.#placeOf(record.id)] = record
  }

  /** Does nothing when it is not there. */
  remove(id: string): void {
    if (this.#byId.delete(id)) this.#sorted.splice(this.#placeOf(id), 1)
  }

  /**
   * At most `limit` records from the one with the id `pivot` on, or from the next greater id where there is none (D15);
   * only those that `which` accepts count.
   */
  page(pivot: string, limit: number, which: (record: T) => boolean): T[] {
    const page: T[] = []
    for (let place = this.#placeOf(pivot); place < this.#sorted.length && page.length < limit; place++) {
      const record = this.#sorted[place] as T
      if (which(record)) page.push(record)
    }
    return page
  }

  /** The place of an id, or where it would be. */
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
