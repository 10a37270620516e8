/** Keeps batches in a folder, with LevelDB (the package classic-level). */
import { resolve } from 'node:path'
import type { ChainedBatch, ClassicLevel } from 'classic-level'
import { messageOf } from '../../errors.js'
import type { Batch, Loading, OpenOptions, Storage } from '../storage.js'
import { lastFiles } from './check-files.js'
import { loadAll } from './contents.js'
import { loadLevel, openDatabase } from './database.js'
import { createFolder, flushLogs, isEmpty, sizeOf } from './folder.js'
import { giveUpFolder, takeFolder } from './holders.js'
import { ENDED, endedKey, itemKey, itemsOf, partitionOf, recordKey } from './keys.js'
import { identityOf, mark } from './marker.js'
import { causeOf, nothingThere, taken, unreadable } from './refusals.js'
import { sealedItem, sealedRecord } from './values.js'

/** Options of a {@link LevelStorage}. */
export interface LevelStorageOptions {
  /** The folder. It is created if it is missing. */
  readonly directory: string
  /** Whether each append survives a power loss, and not only the end of the process. Default: no, which is much faster. */
  readonly sync?: boolean
  /** What to call it in messages. Default: `badger in '<directory>'`. */
  readonly name?: string
}

/** What is open. */
interface Open {
  readonly folder: string
  /** What tells the folder from one that takes its place. */
  readonly identity: string
  database: ClassicLevel
  /** Whether a write has failed. LevelDB may have written a part of it, and could not read what it writes after that. */
  isDoubtful: boolean
}

/** See {@link LevelStorageOptions}. */
export class LevelStorage implements Storage {
  readonly name: string
  readonly #directory: string
  readonly #sync: boolean
  #open: Open | undefined

  constructor({ directory, sync = false, name = `badger in '${directory}'` }: LevelStorageOptions) {
    this.name = name
    this.#directory = resolve(directory)
    this.#sync = sync
  }

  async open({ mustExist = false }: OpenOptions = {}): Promise<void> {
    const Level = await loadLevel(this.name)
    if (mustExist && (await isEmpty(this.#directory))) throw nothingThere(this.#directory)
    const folder = await createFolder(this.#directory)
    if (!takeFolder(folder)) throw taken(folder, 'this process')
    try {
      const database = await openDatabase(Level, folder)
      this.#open = { folder, identity: await identityOf(folder), database, isDoubtful: false }
      await removeEnded(database)
    } catch (error) {
      await this.#open?.database.close()
      this.#open = undefined
      giveUpFolder(folder)
      throw error
    }
  }

  async load(into: Loading): Promise<void> {
    const { database, folder } = this.#opened()
    const taking = new Taking(into)
    try {
      await loadAll(database, taking)
    } catch (error) {
      throw taking.failed ? error : unreadable(folder, error)
    }
  }

  async append(batch: Batch): Promise<void> {
    const open = this.#opened()
    if (batch.items.length + batch.records.length + batch.ended.length === 0) return
    try {
      // LevelDB goes on to write files that have no name any more. At the same time, because it costs as much as a small batch.
      const stillThere = assertThere(open)
      if (open.isDoubtful) {
        await stillThere
        await reopen(open)
      }
      open.isDoubtful = true
      await Promise.all([stillThere, chained(open.database, batch).write({ sync: this.#sync })])
      if (batch.ended.length > 0) await removeEnded(open.database)
      open.isDoubtful = false
    } catch (error) {
      throw new Error(`cannot write to the folder '${open.folder}': ${messageOf(causeOf(error))}`, { cause: error })
    }
  }

  async flush(): Promise<void> {
    await flushLogs(this.#opened().folder)
  }

  async size(): Promise<number> {
    return sizeOf(this.#directory)
  }

  async close(): Promise<void> {
    const open = this.#open
    if (open === undefined) return
    this.#open = undefined
    try {
      if (!open.isDoubtful) await leave(open)
    } catch {
      // The next open looks at everything all the same, as after an end of the process.
    }
    await open.database.close()
    giveUpFolder(open.folder)
  }

  #opened(): Open {
    if (this.#open === undefined) throw new Error(`${this.name} is not open; call open() first`)
    return this.#open
  }
}

/** Knows whether an error came from whoever takes what is loaded. */
class Taking implements Loading {
  failed = false
  readonly #into: Loading

  constructor(into: Loading) {
    this.#into = into
  }

  record(...record: Parameters<Loading['record']>): void {
    this.failed = true
    this.#into.record(...record)
    this.failed = false
  }

  item(partition: number, sequence: number, value: Uint8Array): void {
    this.failed = true
    this.#into.item(partition, sequence, value)
    this.failed = false
  }
}

/**
 * Puts a batch together. A partition that ends gets a mark in it. Its items are removed after that, because there may be more than fit into a batch.
 *
 * It is chained, and its puts have no options: a list of operations would be copied one by one, which takes as long as everything else.
 */
function chained(database: ClassicLevel, { items, records, ended }: Batch): ChainedBatch<ClassicLevel, string, string> {
  const batch = database.batch()
  for (const { partition, sequence, value } of items) {
    const key = itemKey(partition, sequence)
    if (value === undefined) batch.del(key)
    else batch.put(key, sealedItem(partition, sequence, value))
  }
  for (const { kind, id, value } of records) {
    const key = recordKey(kind, id)
    if (value === undefined) batch.del(key)
    else batch.put(key, sealedRecord(key, value))
  }
  for (const partition of ended) batch.put(endedKey(partition), '')
  return batch
}

/** Removes the items of partitions that have a mark, and then the marks. */
async function removeEnded(database: ClassicLevel): Promise<void> {
  const marks = await database.keys({ gte: ENDED[0], lt: ENDED[1] }).all()
  for (const mark of marks) {
    await database.clear(itemsOf(partitionOf(mark)))
    await database.del(mark)
  }
}

/** @throws Error if the folder was removed, or another one has its place */
async function assertThere({ folder, identity }: Open): Promise<void> {
  if ((await identityOf(folder)) === identity) return
  throw new Error('it was removed or replaced while it was open; stop the daemon, and start it again')
}

async function reopen(open: Open): Promise<void> {
  await open.database.close()
  await open.database.open()
  await removeEnded(open.database)
  open.isDoubtful = false
}

/** Notes with which files it is left. */
async function leave({ folder }: Open): Promise<void> {
  await flushLogs(folder)
  await mark(folder, { state: 'closed', files: await lastFiles(folder) })
}
