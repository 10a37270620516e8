/** Where a daemon keeps its state. What it takes to do so is loaded with the first start. */
import { orGiveUp } from '../../clock/give-up.js'
import { bytesText } from '../../engine/store/memory-budget.js'
import type { FindRecord } from '../../journal/kept-access.js'
import type { Storages } from '../../journal/kept-queues.js'
import type { Kept } from '../../journal/load.js'
import type { Lasting } from './lasting.js'
import { LateKeeper } from './late-keeper.js'
import type { StorageSpecs } from './storage-spec.js'

/** How long a stopping daemon waits for its storages, in milliseconds. */
const LONGEST_WAIT = 5000

/** Makes storages of what is configured. */
export type MakeStorages = (specs: StorageSpecs) => Promise<Storages>

/** The storages of a daemon, which last. */
export class Keeping {
  readonly keeper = new LateKeeper()
  readonly specs: StorageSpecs
  readonly #find: FindRecord
  readonly #make: MakeStorages
  #lasting: Lasting | undefined
  #onDisk = 0

  /** `find` returns a record of the access control. */
  constructor(specs: StorageSpecs, find: FindRecord, make: MakeStorages = madeAsConfigured) {
    this.specs = specs
    this.#find = find
    this.#make = make
  }

  /** Opens the storages, and reads them. From then on, everything is kept. @throws QueratorError that says what to do */
  async open(): Promise<Kept> {
    const { kept, keeper } = await (await this.#loaded()).open()
    this.keeper.current = keeper
    // A storage that cannot say it may still keep everything.
    await this.sizes().catch(() => undefined)
    return kept
  }

  async #loaded(): Promise<Lasting> {
    if (this.#lasting !== undefined) return this.#lasting
    const { Lasting } = await import('./lasting.js')
    const { partitions } = this.specs
    this.#lasting = new Lasting(await this.#make(this.specs), new Set(partitions.keys()), this.#find)
    return this.#lasting
  }

  /** Resolves when everything up to now is written, or takes too long. */
  async flush(): Promise<void> {
    const written = this.#lasting?.written()
    if (written !== undefined) await orGiveUp(written, LONGEST_WAIT, () => undefined).catch(() => undefined)
  }

  /** What failed last, if it is still tried again. */
  get trouble(): Lasting['trouble'] {
    return this.#lasting?.trouble
  }

  /** How many bytes each storage holds, roughly. */
  async sizes(): ReturnType<Lasting['sizes']> {
    const sizes = (await this.#lasting?.sizes()) ?? []
    this.#onDisk = sizes.reduce((sum, { bytes }) => sum + bytes, 0)
    return sizes
  }

  /** Says how much its storages held when that was last asked, and asks again. */
  get onDisk(): string {
    this.sizes().catch(() => undefined)
    return `storages hold ${bytesText(this.#onDisk)} on disk, which does not count`
  }

  /** Keeps nothing from now on, as at the end of the process. Calls that wait for a storage get `error`. */
  async abandon(error: Error): Promise<void> {
    this.keeper.current = undefined
    await this.#lasting?.abandon(error)
  }

  /** Writes everything, and closes the storages. Returns what was not written, as text. */
  async end(): Promise<string | undefined> {
    const text = await this.#lasting?.end()
    this.keeper.current = undefined
    return text
  }
}

async function madeAsConfigured(specs: StorageSpecs): Promise<Storages> {
  const { storagesOf } = await import('./open-storage.js')
  return storagesOf(specs)
}
