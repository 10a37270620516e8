/** Where a daemon keeps its state. What it takes to do so is loaded with the first start. */
import { orGiveUp } from '../../clock/give-up.js'
import { realNow } from '../../clock/real-time.js'
import { bytesText } from '../../engine/store/memory-budget.js'
import { requestFailed } from '../../errors.js'
import type { FindRecord } from '../../journal/kept-access.js'
import type { Storages } from '../../journal/kept-queues.js'
import type { Kept } from '../../journal/load.js'
import type { Log } from '../log.js'
import type { Lasting } from './lasting.js'
import { LateKeeper } from './late-keeper.js'
import type { StorageSpecs } from './storage-spec.js'

/** How long something may take to be written that waits for nothing else, in milliseconds. */
const LONGEST_WRITE = 60_000
/** How long a stopping daemon waits for its storages, in milliseconds. */
const LONGEST_WAIT = 5000

/** How long a storage may take to say its size, and how often it is asked for errors, in milliseconds. */
const LONGEST_ANSWER = 1000
const ASK_EVERY = 1000

type Sizes = Awaited<ReturnType<Lasting['sizes']>>

/** Makes storages of what is configured. */
export type MakeStorages = (specs: StorageSpecs) => Promise<Storages>

/** Options of {@link Keeping}. */
export interface KeepingOptions {
  /** Whether storages are only read: they must be there, and nothing is written to them. Default: no. */
  readonly onlyReads?: boolean
  /** Default: as configured. */
  readonly makeStorages?: MakeStorages
  /** Is told when a storage cannot be written. */
  readonly log: Log
}

/** The storages of a daemon, which last. */
export class Keeping {
  readonly keeper = new LateKeeper()
  readonly specs: StorageSpecs
  readonly #find: FindRecord
  readonly #make: MakeStorages
  readonly onlyReads: boolean
  readonly #log: Log
  #lasting: Lasting | undefined
  #sizes: Sizes = []
  #asking: Promise<void> | undefined
  #asked = 0
  /** Whether it took too long to write what was there at the end. */
  #isLate = false

  /** `find` returns a record of the access control. */
  constructor(specs: StorageSpecs, find: FindRecord, options: KeepingOptions) {
    const { onlyReads = false, makeStorages = madeAsConfigured } = options
    this.specs = specs
    this.onlyReads = onlyReads
    this.#find = find
    this.#make = makeStorages
    this.#log = options.log
  }

  /** Opens the storages, and reads them. From then on, everything is kept. @throws QueratorError that says what to do */
  async open(): Promise<Kept> {
    const { kept, keeper } = await (await this.#loaded()).open(this.onlyReads)
    this.keeper.current = keeper
    await this.sizes()
    return kept
  }

  async #loaded(): Promise<Lasting> {
    if (this.#lasting !== undefined) return this.#lasting
    const { Lasting } = await import('./lasting.js')
    const { partitions } = this.specs
    this.#lasting = new Lasting(await this.#make(this.specs), new Set(partitions.keys()), this.#find, this.#log)
    return this.#lasting
  }

  /** Resolves when everything up to now is written. @throws QueratorError with the cause, after a minute */
  async written(): Promise<void> {
    const written = this.#lasting?.written() ?? Promise.resolve()
    await orGiveUp(written, LONGEST_WRITE, () => {
      throw requestFailed(`the storage did not confirm it in time; ${this.trouble?.error.message ?? 'it is slow'}`)
    })
  }

  /** Resolves when everything up to now is written, or takes too long. */
  async flush(): Promise<void> {
    const written = this.#lasting?.written()
    if (written === undefined) return
    const late = () => {
      this.#isLate = true
    }
    await orGiveUp(written, LONGEST_WAIT, late).catch(() => undefined)
  }

  /** What failed last, if it is still tried again. */
  get trouble(): Lasting['trouble'] {
    return this.#lasting?.trouble
  }

  /** How many bytes each storage holds, roughly: now, or when one of them last said so in time. */
  async sizes(): Promise<Sizes> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined
    })
    await orGiveUp<unknown>(this.#asking, LONGEST_ANSWER, () => undefined, false)
    return this.#sizes
  }

  async #ask(): Promise<void> {
    // A storage that cannot say it may still keep everything.
    this.#sizes = (await this.#lasting?.sizes().catch(() => undefined)) ?? this.#sizes
  }

  /** Says how much its storages held when that was last asked, and asks again. */
  get onDisk(): string {
    const bytes = this.#sizes.reduce((sum, one) => sum + one.bytes, 0)
    const [now, asked] = [realNow(), this.#asked]
    if (now - asked > ASK_EVERY || now < asked) {
      this.#asked = now
      void this.sizes()
    }
    return `storages hold ${bytesText(bytes)} on disk, which does not count`
  }

  /** Keeps nothing from now on, as at the end of the process. Calls that wait for a storage get `error`. */
  async abandon(error: Error): Promise<void> {
    this.keeper.current = undefined
    await this.#lasting?.abandon(error)
  }

  /** Writes everything, and closes the storages. Returns what was not written, as text. */
  async end(): Promise<string | undefined> {
    const text = await this.#lasting?.end(this.#isLate ? 0 : LONGEST_WAIT)
    this.#isLate = false
    this.keeper.current = undefined
    return text
  }
}

async function madeAsConfigured(specs: StorageSpecs): Promise<Storages> {
  const { storagesOf } = await import('./open-storage.js')
  return storagesOf(specs)
}
