/**
 * Checks every file of a database before LevelDB opens it. LevelDB reads tables without a look at their checksums, and leaves out what
 * it cannot read of a log, so it would load a part without a word. Afterwards it merges its files, and the damage is there to stay.
 */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Damage } from './damage.js'
import { readLog } from './log-file.js'
import { type Manifest, readManifest } from './manifest.js'
import { checkTable } from './table-file.js'

/** The files that were written last when a storage was closed, and their sizes. */
export type LastFiles = Readonly<Record<string, number>>

/**
 * Checks the files of a folder.
 * @param closed what {@link lastFiles} returned when it was closed. `undefined` if its process was killed: a log may end within a batch then
 * @throws Damage
 */
export async function checkFiles(folder: string, closed: LastFiles | undefined): Promise<void> {
  const names = await readdir(folder)
  const name = await manifestName(folder, names)
  const manifest = readManifest(name, await readFile(join(folder, name)))
  const logs = logsFrom(manifest, names)
  if (closed !== undefined && manifest.isTorn) throw new Damage(`${name} has lost its end`)
  await checkLast(folder, names, closed ?? {})
  await checkTables(folder, manifest, names)
  for (const log of logs) {
    const { isTorn } = readLog(log, await readFile(join(folder, log)))
    if (isTorn && (closed !== undefined || log !== logs.at(-1))) throw new Damage(`${log} has lost its end`)
  }
}

/** Returns the files that LevelDB writes to, and their sizes. */
export async function lastFiles(folder: string): Promise<LastFiles> {
  const names = await readdir(folder)
  const manifest = await manifestName(folder, names)
  const log = numbered(names, 'log').at(-1)
  const last = log === undefined ? [manifest] : [manifest, log.name]
  return Object.fromEntries(await Promise.all(last.map(async (name) => [name, (await stat(join(folder, name))).size])))
}

async function manifestName(folder: string, names: readonly string[]): Promise<string> {
  if (!names.includes('CURRENT')) throw new Damage('CURRENT is missing')
  const [, name] = /^(MANIFEST-\d+)\n$/.exec(await readFile(join(folder, 'CURRENT'), 'latin1')) ?? []
  if (name === undefined) throw new Damage('CURRENT is damaged: it does not name a manifest')
  if (!names.includes(name)) throw new Damage(`${name} is missing, or CURRENT is damaged`)
  return name
}

function logsFrom({ firstLog }: Manifest, names: readonly string[]): string[] {
  const logs = numbered(names, 'log').filter(({ number }) => number >= firstLog)
  if (firstLog > 0 && logs[0]?.number !== firstLog) throw new Damage(`${fileName(firstLog, 'log')} is missing`)
  return logs.map(({ name }) => name)
}

async function checkLast(folder: string, names: readonly string[], closed: LastFiles): Promise<void> {
  for (const [name, size] of Object.entries(closed)) {
    if (!names.includes(name)) throw new Damage(`${name} is missing`)
    // Merging may have gone on until it was closed.
    if ((await stat(join(folder, name))).size < size) throw new Damage(`${name} has lost its end`)
  }
}

async function checkTables(folder: string, { tables }: Manifest, names: readonly string[]): Promise<void> {
  const files = [...tables].map((number) => {
    const name = [fileName(number, 'ldb'), fileName(number, 'sst')].find((one) => names.includes(one))
    if (name === undefined) throw new Damage(`${fileName(number, 'ldb')} is missing`)
    return name
  })
  let reading: Promise<Uint8Array> | undefined
  for (const [index, name] of files.entries()) {
    const bytes = await (reading ?? readFile(join(folder, name)))
    const next = files[index + 1]
    // The next one is read meanwhile.
    reading = next === undefined ? undefined : readFile(join(folder, next))
    reading?.catch(() => {})
    checkTable(name, bytes)
  }
}

function numbered(names: readonly string[], extension: string): { name: string; number: number }[] {
  return names
    .filter((name) => /^\d+\./.test(name) && name.endsWith(`.${extension}`))
    .map((name) => ({ name, number: Number.parseInt(name, 10) }))
    .sort((a, b) => a.number - b.number)
}

function fileName(number: number, extension: string): string {
  return `${String(number).padStart(6, '0')}.${extension}`
}
