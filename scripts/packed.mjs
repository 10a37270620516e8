/** A folder outside the project with the packed tarball installed, which is what users get from `npm install`. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of the project. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** What is installed beside the package. */
const RUNNERS = {
  '@playwright/test': '^1.65.0',
  jest: '^30.0.0',
  vitest: '^4.0.0',
  mocha: '^12.0.0',
  bun: '^1.4.0',
  deno: '^2.9.0',
  // The last one for Node 20.
  '@cucumber/cucumber': '^12.0.0',
  'classic-level': '^3.0.0',
  typescript: '~5.9.0',
  'typescript-7': 'npm:typescript@^7.0.0',
  '@types/node': '^20.0.0',
  '@types/jest': '^30.0.0',
  '@types/mocha': '^10.0.0',
}

/** Packs the built project into a folder. Returns the name of the tarball. */
export function pack(folder) {
  const [packed] = JSON.parse(npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], ROOT)).flat()
  return packed.filename
}

/**
 * Packs the built project and installs the tarball, beside these further packages. Returns the folder, and a function that
 * removes it.
 */
export function installPacked(more = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'querator-test-packed-'))
  const dependencies = { ...RUNNERS, ...more, 'querator-test': `file:./${pack(folder)}` }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'user', private: true, dependencies }))
  npm(['install', '--no-audit', '--no-fund', '--prefer-offline'], folder)
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Copies an example beside the installed package. Returns its folder, which nobody else gets. */
export function copyExample(folder, name) {
  const target = join(mkdtempSync(join(folder, 'examples-')), name)
  cpSync(join(ROOT, 'examples', name), target, { recursive: true })
  return target
}

/** Runs npm, with further variables, and returns its output. @throws with the output if it fails */
export function npm(args, cwd, env = {}) {
  try {
    return execFileSync('npm', args, {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    })
  } catch (error) {
    throw new Error(`npm ${args[0]} failed:\n${error.stdout}\n${error.stderr}`)
  }
}
