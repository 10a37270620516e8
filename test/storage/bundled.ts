/** Bundles a source file for a process of its own, which cannot read TypeScript. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { rolldown } from 'rolldown'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** A bundle as ES modules. */
export interface Bundled {
  /** The address to import. */
  readonly url: string
  remove(): void
}

/** Bundles a file of `test/storage/` into a folder within `parent`. Packages stay outside, so they are found only from there. */
export async function bundled(file: string, parent: string): Promise<Bundled> {
  // In a fresh clone, nothing has been built yet.
  mkdirSync(parent, { recursive: true })
  const folder = mkdtempSync(join(parent, 'storage-'))
  const build = await rolldown({
    input: fileURLToPath(new URL(file, import.meta.url)),
    platform: 'node',
    external: [/^node:/, 'classic-level'],
    tsconfig: join(ROOT, 'tsconfig.json'),
  })
  const path = join(folder, 'bundle.mjs')
  await build.write({ file: path, format: 'esm', codeSplitting: false })
  await build.close()
  return { url: pathToFileURL(path).href, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
