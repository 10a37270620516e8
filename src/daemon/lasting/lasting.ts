/** The storages of a daemon, and its journal, from one start to the next. */
import { orGiveUp } from '../../clock/give-up.js'
import { requestFailed } from '../../errors.js'
import type { BatchBuilder } from '../../journal/batch-builder.js'
import { Durability } from '../../journal/durability.js'
import { type HearsOfTrouble, Journal } from '../../journal/journal.js'
import { type FindRecord, KeptAccess } from '../../journal/kept-access.js'
import { KeptQueues, type Storages } from '../../journal/kept-queues.js'
import { type Kept, loadAll, uniqueStorages } from '../../journal/load.js'
import { FORMAT } from '../../journal/loaded-storage.js'
import type { Storage } from '../../storage/storage.js'
import type { Log } from '../log.js'
import type { Keeper } from './late-keeper.js'

/** How long it waits at the end for a batch that is on its way, and then for storages to close, in milliseconds. */
const LONGEST_END = 2500
/** The same for storages that have taken too long already. */
const LATE_END = 500

/** What is kept, and who keeps it on. */
export interface Opened {
  readonly kept: Kept
  readonly keeper: Keeper
}

/** Opens and closes storages. */
export class Lasting {
  readonly #storages: Storages
  /** The names of all partition storages, also of those in memory. */
  readonly #names: ReadonlySet<string>
  readonly #find: FindRecord
  readonly #open = new Set<Storage>()
  readonly #log: Log
  #journal = new Journal()

  constructor(storages: Storages, names: ReadonlySet<string>, find: FindRecord, log: Log) {
    this.#storages = storages
    this.#names = names
    this.#find = find
    this.#log = log
  }

  /**
   * Opens the storages, and reads them. With `onlyReads`, they must be there, and nothing is ever written.
   * @throws QueratorError that says what to do. Then all of them are closed again
   */
  async open(onlyReads: boolean): Promise<Opened> {
    const journal = new Journal(logged(this.#log))
    this.#journal = journal
    const queues = new KeptQueues(journal, this.#storages)
    const access = new KeptAccess(journal, this.#storages.queues, this.#find)
    try {
      for (const storage of uniqueStorages(this.#storages)) {
        await storage.open({ mustExist: onlyReads })
        this.#open.add(storage)
      }
      const kept = await loadAll(this.#storages, { queues, access }, this.#names)
      if (!onlyReads) journal.begin()
      this.#goOn(kept, journal, queues)
      const durability = new Durability(journal)
      const keeper: Keeper = {
        queues,
        access,
        replace: (...changes) => queues.replace(...changes),
        forgetLeft: () => queues.forgetLeft(),
        after: (...call) => durability.after(...call),
      }
      return { kept, keeper }
    } catch (error) {
      await this.#close()
      throw error
    }
  }

  /** Writes what a start changes. */
  #goOn(kept: Kept, journal: Journal, queues: KeptQueues): void {
    const ofQueues = this.#storages.queues
    if (ofQueues !== undefined) journal.changed(ofQueues, { collect: (to) => about(kept, ofQueues, true, to) })
    // Items that belong to queues of nobody would be refused at the next start.
    journal.inOrder()
    for (const storage of this.#open) {
      if (storage !== ofQueues) journal.changed(storage, { collect: (to) => about(kept, storage, false, to) })
    }
    for (const { storage, partition } of kept.left) queues.leave(storage, partition)
    for (const { storage, partition } of kept.ended) queues.end(storage, partition)
    // Before a queue gets the number or the items of one that is gone.
    journal.inOrder()
  }

  /** Resolves when everything up to now is written. */
  async written(): Promise<void> {
    await this.#journal.written()
  }

  /** What failed last, if it is still tried again. */
  get trouble(): Journal['trouble'] {
    return this.#journal.trouble
  }

  /** How many bytes each storage holds, roughly. */
  async sizes(): Promise<{ readonly storage: string; readonly bytes: number }[]> {
    const { queues, partitions } = this.#storages
    const namesOf = (storage: Storage) => [
      ...[...partitions].filter(([, one]) => one === storage).map(([name]) => name),
      ...(storage === queues ? ['queue-storage'] : []),
    ]
    return Promise.all(
      [...this.#open].map(async (one) => ({ storage: namesOf(one).join(', '), bytes: await one.size() })),
    )
  }

  /** Ends as the process would: what is not written yet never is, and who waits for it gets `error`. */
  async abandon(error: Error, longest = LONGEST_END): Promise<void> {
    await orGiveUp(this.#journal.abandon(error), longest, () => undefined)
    await this.#close(longest)
  }

  /** Writes everything, and closes the storages. Returns what was not written within `longest` milliseconds, as text. */
  async end(longest: number): Promise<string | undefined> {
    // After a crash, nothing is left to write.
    if (this.#open.size === 0) return undefined
    const tooLate = () => this.trouble?.error.message ?? 'it takes too long'
    const unwritten = this.written().then(
      () => undefined,
      (error: Error) => error.message,
    )
    const why = await orGiveUp<string | undefined>(unwritten, longest, tooLate)
    const text = why && `the last changes were not kept: ${why}`
    await this.abandon(requestFailed(text ?? 'service is shutting down'), text === undefined ? LONGEST_END : LATE_END)
    return text
  }

  async #close(longest = LONGEST_END): Promise<void> {
    const open = [...this.#open]
    this.#open.clear()
    await orGiveUp<unknown>(Promise.allSettled(open.map((storage) => storage.close())), longest, () => undefined)
  }
}

function logged(log: Log): HearsOfTrouble {
  return {
    fails: ({ error }) => log.write('error', `${error.message}; it is tried again, and calls wait for it`),
    works: ({ name }) => log.write('info', `${name} can be written again`),
    gaveUp: ({ message }) => log.write('error', message),
  }
}

/** Writes what a storage says of itself. */
function about({ isNew, life, identity }: Kept, storage: Storage, isOfQueues: boolean, to: BatchBuilder): void {
  if (isNew.has(storage)) to.record('about', 'format', FORMAT)
  to.record('about', 'lives', life)
  if (isOfQueues) to.record('about', 'identity', identity)
  to.record('about', 'belongs-to', identity)
}
