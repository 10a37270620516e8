/**
 * The journal: writes what has changed to the storages, in batches.
 *
 * While a batch is being written, all further changes wait for the next one, however many they are. Changes are collected as "this item is
 * another now", not as copies: an item that changes five times meanwhile is written once.
 */
import { wakeAfter } from '../clock/real-time.js'
import { messageOf, requestFailed } from '../errors.js'
import type { Batch, Storage } from '../storage/storage.js'
import { BatchBuilder, type Changed } from './batch-builder.js'

/** How long it waits before it tries again after an error, in milliseconds: at first, and at most. */
const FIRST_PAUSE = 50
const LONGEST_PAUSE = 2000

/** Batches that are written at the same time, one to each storage. */
interface Step {
  readonly number: number
  readonly batches: readonly { readonly storage: Storage; readonly batch: Batch }[]
}

/** A storage that cannot be written, and why. */
export interface Trouble {
  readonly storage: Storage
  readonly error: Error
}

/** Is told of what goes wrong. */
export interface HearsOfTrouble {
  /** A storage cannot be written. It is tried again. */
  fails?(trouble: Trouble): void
  /** It can be written again. */
  works?(storage: Storage): void
  /** Nothing is written any more. */
  gaveUp?(error: Error): void
}

/** Someone who waits until a step is written. */
interface Waiting {
  readonly step: number
  written(): void
  given(error: Error): void
}

/** Writes changes to storages in the background. */
export class Journal {
  readonly #troubles = new Map<Storage, Trouble>()
  /** What has changed since the last step was closed, by storage. */
  readonly #changed = new Map<Storage, Set<Changed>>()
  #closed: Step[] = []
  #waiting: Waiting[] = []
  /** The number of the step that is being collected. */
  #number = 1
  #writing: Promise<void> | undefined
  #isOn = false
  readonly #pauses = new Set<() => void>()
  #given: Error | undefined
  readonly #hears: HearsOfTrouble

  constructor(hears: HearsOfTrouble = {}) {
    this.#hears = hears
  }

  /** What failed, while it is tried again. */
  get trouble(): Trouble | undefined {
    const [first] = this.#troubles.values()
    return first
  }

  /** Why nothing is written any more. `undefined` if it is. */
  get givenUp(): Error | undefined {
    return this.#given
  }

  /** From now on, changes are written. */
  begin(): void {
    this.#isOn = true
    this.#given = undefined
  }

  /** Notes that something has changed. It is asked what when the batch is put together. Does nothing before {@link begin}. */
  changed(storage: Storage, what: Changed): void {
    if (!this.#isOn) return
    const known = this.#changed.get(storage)
    if (known === undefined) this.#changed.set(storage, new Set([what]))
    else known.add(what)
    this.#writing ??= this.#write()
  }

  /** What changes from now on is written after all that has changed before. */
  inOrder(): void {
    this.#close()
  }

  /** Resolves when everything up to now is written. `undefined` if it is already. @throws Error, as a rejection, if it never will be */
  written(): Promise<void> | undefined {
    // A lease that waited ends only after its daemon did.
    if (this.#given !== undefined) return Promise.reject(this.#given)
    if (this.#writing === undefined) return undefined
    const step = this.#changed.size > 0 ? this.#number : this.#number - 1
    return new Promise((resolve, reject) => {
      this.#waiting.push({ step, written: resolve, given: reject })
    })
  }

  /** Stops writing, as at the end of a process: what no batch has is never written. Resolves when no batch is on its way any more. */
  async abandon(error: Error): Promise<void> {
    this.#giveUp(error)
    this.#closed = this.#closed.slice(0, this.#writing === undefined ? 0 : 1)
    for (const end of this.#pauses) end()
    await this.#writing
    this.#closed = []
    this.#troubles.clear()
  }

  /** Closes the step that is being collected. */
  #close(): void {
    if (this.#changed.size === 0) return
    const batches = [...this.#changed].map(([storage, sources]) => {
      const batch = new BatchBuilder()
      for (const source of sources) source.collect(batch)
      return { storage, batch }
    })
    this.#changed.clear()
    this.#closed.push({ number: this.#number++, batches })
  }

  async #write(): Promise<void> {
    // All calls of this turn go into the first batch.
    await null
    try {
      // No change may come between the look for one and the end.
      for (let step = this.#nextStep(); step !== undefined; step = this.#nextStep()) {
        await Promise.all(step.batches.map(({ storage, batch }) => this.#append(storage, batch)))
        this.#closed.shift()
        this.#tell(step.number)
      }
    } catch (error) {
      // A batch cannot be put together. Nothing after it may be kept without it.
      const given = requestFailed(`a change cannot be written: ${messageOf(error)}; nothing is kept any more`)
      this.#giveUp(given)
      this.#hears.gaveUp?.(given)
    }
    this.#writing = undefined
  }

  /** Returns the step to write next. `undefined` if nothing has changed. */
  #nextStep(): Step | undefined {
    if (this.#closed.length === 0) this.#close()
    return this.#closed[0]
  }

  /** Whoever waits, or comes later, gets this error. */
  #giveUp(error: Error): void {
    this.#isOn = false
    this.#given = error
    this.#changed.clear()
    for (const waiting of this.#waiting.splice(0)) waiting.given(error)
  }

  /** Tries again until it has succeeded. */
  async #append(storage: Storage, batch: Batch): Promise<void> {
    for (let pause = FIRST_PAUSE; this.#given === undefined; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      try {
        await storage.append(batch)
        this.#succeeded(storage)
        return
      } catch (error) {
        this.#failed({ storage, error: error as Error })
        if (this.#given === undefined) await this.#pause(pause)
      }
    }
  }

  #failed(trouble: Trouble): void {
    const isNew = !this.#troubles.has(trouble.storage)
    this.#troubles.set(trouble.storage, trouble)
    if (isNew && this.#given === undefined) this.#hears.fails?.(trouble)
  }

  #succeeded(storage: Storage): void {
    const trouble = this.#troubles.get(storage)
    if (trouble === undefined) return
    this.#troubles.delete(storage)
    this.#hears.works?.(trouble.storage)
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        cancel()
        this.#pauses.delete(end)
        resolve()
      }
      const cancel = wakeAfter(ms, end)
      this.#pauses.add(end)
    })
  }

  #tell(step: number): void {
    const told = this.#waiting.filter((one) => one.step <= step)
    if (told.length === 0) return
    this.#waiting = this.#waiting.filter((one) => one.step > step)
    for (const waiting of told) waiting.written()
  }
}
