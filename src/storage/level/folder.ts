/** The folder of a storage, and the files in it. */
import { access, constants, mkdir, open, readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { noFolder } from './refusals.js'

/** Creates a folder if it is missing. Returns its one true path. @throws QueratorError */
export async function createFolder(directory: string): Promise<string> {
  try {
    await mkdir(directory, { recursive: true })
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK)
    return await realpath(directory)
  } catch (error) {
    throw noFolder(directory, error)
  }
}

/** Returns whether a folder is empty, or missing. */
export async function isEmpty(directory: string): Promise<boolean> {
  const names = await readdir(directory).catch((error: unknown) => {
    if ((error as { code?: unknown }).code === 'ENOENT') return []
    throw noFolder(directory, error)
  })
  return names.length === 0
}

/** Returns how many bytes the files of a folder have. 0 if there is no folder. */
export async function sizeOf(directory: string): Promise<number> {
  const names = await readdir(directory).catch(() => [])
  // LevelDB may remove one in between.
  const sizes = names.map((name) =>
    stat(join(directory, name)).then(
      ({ size }) => size,
      () => 0,
    ),
  )
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

/** Lets the logs of a folder survive a power loss. LevelDB sees to its other files. */
export async function flushLogs(folder: string): Promise<void> {
  for (const name of await readdir(folder)) if (name.endsWith('.log')) await flushed(join(folder, name))
  // Windows cannot flush a folder, and need not.
  if (process.platform !== 'win32') await flushed(folder, 'r')
}

async function flushed(path: string, flags = 'r+'): Promise<void> {
  const file = await open(path, flags).catch((error: unknown) => {
    // Its batches are in a table now.
    if ((error as { code?: unknown }).code === 'ENOENT') return undefined
    throw error
  })
  try {
    await file?.sync()
  } finally {
    await file?.close()
  }
}
