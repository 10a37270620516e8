/** The file in the folder of a storage that says whose it is, and how it was left. */
import { open, readFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { LastFiles } from './check-files.js'
import { Damage } from './damage.js'

const MARKER = 'querator-storage.json'
/** It gets its name when it is whole. */
const UNFINISHED = `${MARKER}.new`
const PRODUCT = 'querator-test'
/** The only format there is so far. */
const FORMAT = 1

/** How a storage was left. */
export type Left =
  /** It has kept nothing yet. */
  | { readonly state: 'new' }
  /** It was not closed: it is in use, or its process was killed. */
  | { readonly state: 'open' }
  /** It was closed, with these files. */
  | { readonly state: 'closed'; readonly files: LastFiles }

/** Whose the folder is: nobody's yet, ours, something else's, or that of a newer version. */
export type Owner = 'nobody' | 'others' | 'newer' | Left

/** Returns whose a folder is. @throws Damage if the marker cannot be understood */
export async function ownerOf(folder: string, names: readonly string[]): Promise<Owner> {
  // The second one is in the root of a file system.
  const others = names.filter((name) => name !== UNFINISHED && name !== 'lost+found')
  if (others.length === 0) return 'nobody'
  if (!others.includes(MARKER)) return 'others'
  const text = await readFile(join(folder, MARKER), 'utf8')
  const marker = parsed(text)
  if (marker?.product !== PRODUCT || typeof marker.format !== 'number') throw new Damage(`${MARKER} is damaged`)
  if (marker.format > FORMAT) return 'newer'
  const { state, files } = marker
  if (state === 'new' || state === 'open') return { state }
  if (state === 'closed' && isLastFiles(files)) return { state, files }
  throw new Damage(`${MARKER} is damaged`)
}

/** Says how a storage is left from now on. It survives a power loss. */
export async function mark(folder: string, left: Left): Promise<void> {
  const file = await open(join(folder, UNFINISHED), 'w')
  try {
    await file.writeFile(`${JSON.stringify({ product: PRODUCT, format: FORMAT, ...left })}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(join(folder, UNFINISHED), join(folder, MARKER))
}

/** Returns what tells a folder from others that have its place later. Empty if it is gone. It changes with {@link mark}. */
export async function identityOf(folder: string): Promise<string> {
  try {
    const { dev, ino, birthtimeMs } = await stat(join(folder, MARKER))
    return `${dev} ${ino} ${birthtimeMs}`
  } catch {
    return ''
  }
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    return Object(JSON.parse(text))
  } catch {
    return undefined
  }
}

function isLastFiles(files: unknown): files is LastFiles {
  return typeof files === 'object' && files !== null && Object.values(files).every((size) => typeof size === 'number')
}
