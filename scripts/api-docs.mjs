/**
 * `npm run docs:api`: writes the API reference, `docs/api`, from the docstrings in `src`. TypeDoc and the TypeScript that it needs
 * are packages of `scripts/api-docs`, because that TypeScript is another one than the project's; they are installed when they are
 * missing.
 *
 * --check    writes nothing, and fails when `docs/api` is not what it should be
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { npm, ROOT } from './packed.mjs'

const TOOL = join(ROOT, 'scripts', 'api-docs')
const PAGES = join(ROOT, 'docs', 'api')

const { values: options } = parseArgs({ options: { check: { type: 'boolean' } } })
if (isOutdated()) npm(['ci', '--no-audit', '--no-fund', '--prefer-offline'], TOOL)
const succeeded = options.check ? check() : generate(PAGES)
if (!succeeded) process.exitCode = 1

/** Whether the tools are missing, or older than their lock file. */
function isOutdated() {
  const installed = join(TOOL, 'node_modules', '.package-lock.json')
  return !existsSync(installed) || statSync(installed).mtimeMs < statSync(join(TOOL, 'package-lock.json')).mtimeMs
}

/** Whether `docs/api` is what it should be; prints what is not. */
function check() {
  const folder = mkdtempSync(join(tmpdir(), 'querator-test-api-'))
  try {
    if (!generate(folder)) return false
    const wrong = differences(folder)
    if (wrong.length > 0)
      console.error(`docs/api does not match the docstrings: ${wrong.join(', ')}; run npm run docs:api`)
    return wrong.length === 0
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Writes the pages into a folder, and prints what goes wrong; whether nothing did. */
function generate(folder) {
  return spawnSync(process.execPath, [join(TOOL, 'generate.mjs'), folder], { stdio: 'inherit' }).status === 0
}

/** The names of the pages that are not the same there. */
function differences(folder) {
  const names = new Set([...pagesIn(PAGES), ...pagesIn(folder)])
  return [...names].filter((name) => textOf(PAGES, name) !== textOf(folder, name)).sort()
}

function pagesIn(folder) {
  return existsSync(folder) ? readdirSync(folder, { recursive: true }) : []
}

function textOf(folder, name) {
  return existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : undefined
}
