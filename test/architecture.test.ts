/** Which folders of src/ may import which. What is not listed here is not allowed (see src/README.md). */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const SRC = fileURLToPath(new URL('../src', import.meta.url))

/** Each folder, and the other folders that its files may import. */
const MAY_IMPORT: Record<string, string[]> = {
  'visible.ts': [],
  'errors.ts': ['visible.ts'],
  'nearest.ts': [],
  'index.ts': ['errors.ts', 'clock', 'client', 'daemon', 'harness'],
  clock: ['errors.ts'],
  protocol: ['visible.ts', 'errors.ts', 'clock'],
  ids: ['errors.ts', 'clock'],
  engine: ['errors.ts', 'clock', 'ids'],
  access: ['errors.ts', 'clock', 'ids'],
  service: ['errors.ts', 'nearest.ts', 'clock', 'access', 'engine', 'ids', 'protocol'],
  transport: ['errors.ts', 'clock', 'protocol'],
  client: ['visible.ts', 'errors.ts', 'nearest.ts', 'clock', 'protocol'],
  daemon: [
    'visible.ts',
    'errors.ts',
    'nearest.ts',
    'clock',
    'access',
    'engine',
    'ids',
    'protocol',
    'service',
    'transport',
  ],
  harness: ['visible.ts', 'errors.ts', 'nearest.ts', 'clock', 'client', 'daemon', 'protocol'],
  'internal.ts': ['visible.ts', 'errors.ts', 'clock', 'client', 'harness'],
  runners: ['index.ts', 'internal.ts'],
  cli: ['visible.ts', 'errors.ts', 'clock', 'client', 'daemon', 'protocol'],
}

/** Packages that only these folders may use. */
const PACKAGES: Record<string, string[]> = {
  yaml: ['daemon'],
  commander: ['cli'],
  vitest: ['runners'],
  'get-port': ['harness'],
  'prom-client': ['transport'],
  // Types only.
  expect: ['runners'],
}

interface Import {
  readonly file: string
  readonly folder: string
  readonly target: string
}

function sources(): string[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
}

function folderOf(file: string): string {
  return file.split(sep)[0] as string
}

function imports(): Import[] {
  return sources().flatMap((file) => {
    const text = readFileSync(join(SRC, file), 'utf8')
    // Match import statements, not imports quoted in messages.
    const statements = /^(?:(?:import|export|\}) ?.*\bfrom |import )'([^'\n]+)'|\bimport\('([^'\n]+)'\)/gm
    return [...text.matchAll(statements)].map(([, statically, later]) => ({
      file,
      folder: folderOf(file),
      target: (statically ?? later) as string,
    }))
  })
}

test('folders import only the folders below them', () => {
  const wrong = imports()
    .filter(({ target }) => target.startsWith('.'))
    .map(({ file, folder, target }) => ({
      file,
      folder,
      to: folderOf(relative(SRC, join(SRC, dirname(file), target)).replace(/\.js$/, '.ts')),
    }))
    .filter(({ folder, to }) => to !== folder && !MAY_IMPORT[folder]?.includes(to))
  expect(wrong).toEqual([])
})

test('no file imports itself indirectly, not even for types', () => {
  const targets = new Map<string, string[]>()
  for (const { file, target } of imports().filter((one) => one.target.startsWith('.'))) {
    const to = join(dirname(file), target).replace(/\.js$/, '.ts')
    targets.set(file, [...(targets.get(file) ?? []), to])
  }
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (file: string, path: readonly string[]) => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' → '))
    else if (!done.has(file)) for (const to of targets.get(file) ?? []) visit(to, [...path, file])
    done.add(file)
  }
  for (const file of targets.keys()) visit(file, [])
  expect(cycles).toEqual([])
})

test('only runners and users import index.js', () => {
  const wrong = imports().filter(({ folder, target }) => /\/index\.js$/.test(target) && folder !== 'runners')
  expect(wrong).toEqual([])
})

test('packages are used only where they belong', () => {
  const wrong = imports().filter(({ folder, target }) => {
    const name = Object.keys(PACKAGES).find((known) => target === known || target.startsWith(`${known}/`))
    if (target.startsWith('.') || target.startsWith('node:')) return false
    return name === undefined || !PACKAGES[name]?.includes(folder)
  })
  expect(wrong).toEqual([])
})

test('only clock/ reads the time or sets timers', () => {
  const clocks =
    /\b(setTimeout|setInterval|setImmediate|queueMicrotask|nextTick|Date\.now|performance\.now)\(|new Date\(\)/
  const wrong = sources()
    // The guard is the source of another program.
    .filter((file) => folderOf(file) !== 'clock' && file !== join('harness', 'guard.ts'))
    .filter((file) => clocks.test(readFileSync(join(SRC, file), 'utf8')))
  expect(wrong).toEqual([])
})

test('each file says at the top what it is for', () => {
  const silent = sources()
    .filter((file) => !file.includes(`gen${sep}`))
    .filter((file) => !/^(#!.*\n)?\/\*\*/.test(readFileSync(join(SRC, file), 'utf8')))
  expect(silent).toEqual([])
})
