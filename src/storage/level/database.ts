/** Opens LevelDB in a folder, if the folder is ours and nothing of it is damaged. */
import { readdir } from 'node:fs/promises'
import type { ClassicLevel } from 'classic-level'
import { isQueratorError } from '../../errors.js'
import { checkFiles } from './check-files.js'
import { Damage } from './damage.js'
import { mark, ownerOf } from './marker.js'
import { isLocked, noPackage, notOurs, taken, tooNew, unopened } from './refusals.js'

type Level = typeof ClassicLevel

/** A million items of 200 bytes load in a second with these. Compressed blocks could not be checked without LevelDB. */
const OPTIONS = {
  compression: false,
  blockSize: 16 * 1024,
  writeBufferSize: 16 * 1024 * 1024,
  maxFileSize: 8 * 1024 * 1024,
  // Whatever is read is read once.
  cacheSize: 1024 * 1024,
}

/** Loads the package. @throws QueratorError that says how to install it, in the name of a storage */
export async function loadLevel(name: string): Promise<Level> {
  try {
    return (await import('classic-level')).ClassicLevel
  } catch (error) {
    throw noPackage(name, error)
  }
}

/** Opens the database in a folder. Creates one if the folder is empty. @throws QueratorError */
export async function openDatabase(Level: Level, folder: string): Promise<ClassicLevel> {
  try {
    const owner = await ownerOf(folder, await readdir(folder))
    if (owner === 'others') throw notOurs(folder)
    if (owner === 'newer') throw tooNew(folder)
    if (owner === 'nobody') await mark(folder, { state: 'new' })
    const isNew = owner === 'nobody' || owner.state === 'new'
    if (!isNew) {
      await checkUnlocked(Level, folder)
      await checkFiles(folder, owner.state === 'closed' ? owner.files : undefined)
      // From now on, LevelDB changes the files that were there when it was closed.
      await mark(folder, { state: 'open' })
    }
    const database = await opened(Level, folder, isNew)
    if (isNew)
      await mark(folder, { state: 'open' }).catch((error) => database.close().then(() => Promise.reject(error)))
    return database
  } catch (error) {
    // Another process may have opened it since, and then its files are not as we expect.
    if (error instanceof Damage) await checkUnlocked(Level, folder)
    throw isQueratorError(error) ? error : unopened(folder, error)
  }
}

async function opened(Level: Level, folder: string, createIfMissing: boolean): Promise<ClassicLevel> {
  const database = new Level(folder, { ...OPTIONS, createIfMissing })
  await database.open()
  return database
}

/** LevelDB takes its lock before it notices that it must not open what is there. It changes nothing. */
async function checkUnlocked(Level: Level, folder: string): Promise<void> {
  const probe = new Level(folder, { createIfMissing: false, errorIfExists: true })
  const error = await probe.open().catch((reason: unknown) => reason)
  if (isLocked(error)) throw taken(folder, 'another process', error)
}
