/** A storage that keeps its batches in a map, and that tests can let fail or wait. It passes the suite of all storages. */
import { usageError } from '../../src/errors.js'
import type { Batch, Loading, OpenOptions, RecordKind, Storage } from '../../src/storage/storage.js'

/** What a {@link KeptStorage} has kept, and whether one has it open. Give it to a second storage, as a folder is given to a second process. */
export class KeptPlace {
  /** The values of records by kind and id. */
  readonly records = new Map<RecordKind, Map<string, string>>()
  /** The values of items by partition and sequence number. */
  readonly items = new Map<number, Map<number, Uint8Array>>()
  /** The storage that has the place. */
  holder: KeptStorage | undefined

  /** Returns a copy that nobody has: the place as the next process finds it if this one ends now. */
  copy(): KeptPlace {
    const copy = new KeptPlace()
    for (const [kind, values] of this.records) copy.records.set(kind, new Map(values))
    for (const [partition, values] of this.items) copy.items.set(partition, new Map(values))
    return copy
  }
}

/** How appends are to fail. */
export interface Failing {
  /** The error. Default: one that says the disk is full. */
  error?: Error
  /** Whether the batch is kept nevertheless, as when the answer of a disk is lost. Default: no. */
  kept?: boolean
}

/** Keeps its batches in a {@link KeptPlace}, over close and open. It loses nothing. */
export class KeptStorage implements Storage {
  readonly name = 'storage of a test'
  /** The batches whose appends have resolved, the oldest first. */
  readonly appended: Batch[] = []
  readonly #place: KeptPlace
  #failures: Failing[] = []
  #held: Promise<void> | undefined
  #letGo = () => {}
  #waiting = 0

  constructor(place: KeptPlace = new KeptPlace()) {
    this.#place = place
  }

  /** What it keeps. */
  get place(): KeptPlace {
    return this.#place
  }

  /** How many appends {@link hold} holds up. */
  get waiting(): number {
    return this.#waiting
  }

  /** Lets the next appends fail. */
  failNext(count: number, failing: Failing = {}): void {
    for (let n = 0; n < count; n++) this.#failures.push(failing)
  }

  /** Holds up all appends from now on. Nothing of them is kept before {@link release}. */
  hold(): void {
    this.#held ??= new Promise((resolve) => {
      this.#letGo = resolve
    })
  }

  /** Lets the appends go on that {@link hold} holds up. */
  release(): void {
    this.#letGo()
    this.#held = undefined
  }

  /** Lets all appends go on, and succeed. */
  heal(): void {
    this.#failures = []
    this.release()
  }

  async open({ mustExist = false }: OpenOptions = {}): Promise<void> {
    const { holder, records, items } = this.#place
    if (holder !== undefined) {
      throw usageError(
        `${this.name} is open already; close the daemon that has it, or give this one a place of its own`,
      )
    }
    if (mustExist && records.size === 0 && items.size === 0) throw usageError(`there is nothing in ${this.name}`)
    this.#place.holder = this
  }

  async load(into: Loading): Promise<void> {
    for (const [kind, values] of this.#place.records) for (const [id, value] of values) into.record(kind, id, value)
    for (const [partition, values] of inOrder(this.#place.items)) {
      for (const [sequence, value] of inOrder(values)) into.item(partition, sequence, value.slice())
    }
  }

  async append(batch: Batch): Promise<void> {
    this.#waiting++
    while (this.#held !== undefined) await this.#held
    this.#waiting--
    const failing = this.#failures.shift()
    if (failing === undefined || failing.kept) this.#keep(batch)
    if (failing !== undefined) throw failing.error ?? new Error('no space left on device')
    this.appended.push(batch)
  }

  async flush(): Promise<void> {}

  async size(): Promise<number> {
    let bytes = 0
    for (const values of this.#place.items.values()) for (const value of values.values()) bytes += value.length
    for (const values of this.#place.records.values())
      for (const [id, value] of values) bytes += id.length + value.length
    return bytes
  }

  async close(): Promise<void> {
    if (this.#place.holder === this) this.#place.holder = undefined
  }

  #keep(batch: Batch): void {
    const { items, records } = this.#place
    for (const partition of batch.ended) items.delete(partition)
    for (const { partition, sequence, value } of batch.items) put(items, partition, sequence, value?.slice())
    for (const { kind, id, value } of batch.records) put(records, kind, id, value)
  }
}

function put<A, B, V>(groups: Map<A, Map<B, V>>, a: A, b: B, value: V | undefined): void {
  const group = groups.get(a) ?? new Map<B, V>()
  groups.set(a, group)
  if (value === undefined) group.delete(b)
  else group.set(b, value)
}

function inOrder<V>(map: Map<number, V>): [number, V][] {
  return [...map].sort(([a], [b]) => a - b)
}
