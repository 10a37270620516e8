/** A folder outside of the project with the packed tarball installed: what a user has after `npm install`. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of the project. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** What is installed beside the package. */
const RUNNERS = { jest: '^30.0.0', vitest: '^4.0.0', typescript: '^5.9.0', '@types/node': '^20.0.0' }

/** Packs the project, which must be built, and installs the tarball; answers the folder and how to remove it. */
export function installPacked() {
  const folder = mkdtempSync(join(tmpdir(), 'querator-test-packed-'))
  const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]
  const [packed] = JSON.parse(npm(pack, ROOT)).flat()
  const dependencies = { ...RUNNERS, 'querator-test': `file:./${packed.filename}` }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'user', private: true, dependencies }))
  npm(['install', '--no-audit', '--no-fund', '--prefer-offline'], folder)
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Copies an example beside the installed package; answers its folder. */
export function copyExample(folder, name) {
  const target = join(folder, 'examples', name)
  mkdirSync(join(folder, 'examples'), { recursive: true })
  cpSync(join(ROOT, 'examples', name), target, { recursive: true })
  return target
}

function npm(args, cwd) {
  try {
    return execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  } catch (error) {
    throw new Error(`npm ${args[0]} failed:\n${error.stdout}\n${error.stderr}`)
  }
}
