/** Which rooms of src/ may import which, and how long files may be. What is not listed here is not allowed (see src/README.md). */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const SRC = fileURLToPath(new URL('../src', import.meta.url))

/**
 * Each room, and the rooms that its files may import besides their own. A file belongs to the longest name here that its path begins
 * with. The name of a folder stands for all rooms in it.
 */
const MAY_IMPORT: Record<string, string[]> = {
  'visible.ts': [],
  'errors.ts': ['visible.ts'],
  'nearest.ts': [],
  'async-dispose.ts': [],
  clock: ['errors.ts'],
  protocol: ['visible.ts', 'errors.ts', 'clock'],
  ids: ['errors.ts', 'clock'],
  'engine/events': ['clock'],
  'engine/store': ['engine/events', 'errors.ts', 'clock', 'ids'],
  'engine/queue-config.ts': ['engine/store', 'clock'],
  'engine/lifecycle': ['engine/queue-config.ts', 'engine/store', 'engine/events', 'clock'],
  'engine/serving': ['engine/store', 'engine/events', 'errors.ts', 'clock'],
  'engine/queue': ['engine', 'errors.ts', 'clock', 'ids'],
  access: ['errors.ts', 'clock', 'ids'],
  journal: ['errors.ts', 'clock', 'access', 'engine', 'storage'],
  storage: ['errors.ts', 'clock'],
  'storage/level': ['storage', 'errors.ts'],
  'storage/postgres': ['storage', 'errors.ts', 'clock'],
  service: ['errors.ts', 'nearest.ts', 'clock', 'access', 'engine', 'ids', 'protocol'],
  transport: ['errors.ts', 'clock', 'protocol'],
  client: ['visible.ts', 'errors.ts', 'nearest.ts', 'clock', 'protocol'],
  'daemon/config': [
    'visible.ts',
    'errors.ts',
    'nearest.ts',
    'clock',
    'access',
    'engine',
    'service',
    'daemon/lasting/storage-spec.ts',
    'daemon/log.ts',
  ],
  'daemon/log.ts': ['visible.ts'],
  'daemon/lasting/storage-spec.ts': [],
  'daemon/lasting': [
    'daemon/lasting/storage-spec.ts',
    'daemon/log.ts',
    'errors.ts',
    'clock',
    'access',
    'engine',
    'journal',
    'storage',
  ],
  daemon: [
    'daemon',
    'visible.ts',
    'errors.ts',
    'clock',
    'access',
    'engine',
    'ids',
    'journal',
    'protocol',
    'service',
    'transport',
  ],
  'diagnosis/spans.ts': [],
  diagnosis: [
    'diagnosis/spans.ts',
    'engine/events',
    'visible.ts',
    'errors.ts',
    'nearest.ts',
    'clock',
    'client',
    'daemon',
    'protocol',
  ],
  'real-server': ['async-dispose.ts', 'errors.ts', 'clock', 'client', 'daemon/config'],
  'harness/faults': [
    'harness/backing',
    'diagnosis/spans.ts',
    'async-dispose.ts',
    'errors.ts',
    'clock',
    'client',
    'daemon',
    'protocol',
  ],
  'harness/waiting': [
    'engine/events',
    'visible.ts',
    'errors.ts',
    'nearest.ts',
    'clock',
    'client',
    'daemon',
    'diagnosis',
  ],
  'harness/reach': ['errors.ts', 'clock', 'client', 'protocol'],
  'harness/backing': ['harness/reach', 'diagnosis/spans.ts', 'errors.ts', 'clock', 'client', 'daemon', 'protocol'],
  'harness/consumers': [
    'engine/events',
    'harness/backing',
    'harness/handles',
    'harness/waiting',
    'async-dispose.ts',
    'visible.ts',
    'errors.ts',
    'nearest.ts',
    'clock',
    'protocol',
    'client',
    'daemon',
    'diagnosis',
  ],
  'harness/elsewhere': [
    'engine/events',
    'harness/backing',
    'harness/consumers',
    'harness/faults',
    'harness/waiting',
    'visible.ts',
    'errors.ts',
    'clock',
    'client',
    'daemon',
    'diagnosis',
  ],
  'harness/handles': [
    'access',
    'engine/events',
    'harness',
    'async-dispose.ts',
    'visible.ts',
    'errors.ts',
    'clock',
    'client',
    'daemon',
    'diagnosis',
    'protocol',
  ],
  control: [
    'engine/events',
    'harness/consumers',
    'harness/faults',
    'errors.ts',
    'nearest.ts',
    'clock',
    'daemon',
    'diagnosis',
    'protocol',
    'transport',
  ],
  'harness/matchers': [
    'engine/events',
    'harness/consumers',
    'harness/handles',
    'visible.ts',
    'errors.ts',
    'nearest.ts',
    'clock',
    'client',
    'daemon',
    'diagnosis',
    'protocol',
  ],
  'harness/daemon-options.ts': ['harness/faults', 'access', 'clock', 'daemon'],
  'harness/realm': ['harness/daemon-options.ts', 'engine/events', 'errors.ts', 'daemon'],
  harness: ['access', 'control', 'engine/events', 'harness', 'errors.ts', 'clock', 'client', 'daemon'],
  'index.ts': [
    'access',
    'engine/events',
    'errors.ts',
    'clock',
    'client',
    'daemon',
    'diagnosis',
    'harness',
    'real-server',
  ],
  'internal.ts': ['diagnosis', 'nearest.ts', 'visible.ts', 'errors.ts', 'clock', 'client', 'harness'],
  fixtures: ['index.ts', 'internal.ts'],
  'runners/vitest': ['fixtures', 'index.ts', 'internal.ts'],
  'runners/jest': ['fixtures', 'index.ts', 'internal.ts'],
  'runners/node-test': ['fixtures', 'index.ts', 'internal.ts'],
  'runners/playwright': ['fixtures', 'index.ts', 'internal.ts'],
  'runners/cucumber': ['fixtures', 'index.ts', 'internal.ts'],
  'runners/deno': ['fixtures', 'index.ts', 'internal.ts'],
  'runners/bun': ['fixtures', 'index.ts', 'internal.ts'],
  'runners/mocha': ['fixtures', 'index.ts', 'internal.ts'],
  'runners/global': ['index.ts', 'internal.ts'],
  'cli/commands': ['cli', 'visible.ts', 'errors.ts', 'clock', 'client', 'control', 'daemon', 'protocol'],
  cli: ['cli/commands', 'visible.ts', 'errors.ts', 'clock', 'client', 'daemon', 'protocol'],
}

/** Packages that only these folders may use. */
const PACKAGES: Record<string, string[]> = {
  yaml: ['daemon'],
  'classic-level': ['storage/level'],
  commander: ['cli'],
  vitest: ['runners'],
  '@playwright/test': ['runners'],
  'get-port': ['real-server'],
  pg: ['storage/postgres'],
  // Types only.
  expect: ['runners'],
}

interface Import {
  readonly file: string
  readonly room: string
  readonly target: string
}

function sources(): string[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
}

/** The room that a file belongs to. */
function roomOf(file: string): string {
  const path = file.split(sep).join('/')
  const rooms = Object.keys(MAY_IMPORT).filter((room) => path === room || path.startsWith(`${room}/`))
  return rooms.sort((a, b) => b.length - a.length)[0] ?? path
}

function isIn(room: string, folder: string): boolean {
  return room === folder || room.startsWith(`${folder}/`)
}

function imports(): Import[] {
  return sources().flatMap((file) => {
    const text = readFileSync(join(SRC, file), 'utf8')
    // Match import statements, not imports quoted in messages.
    const statements = /^(?:(?:import|export|\}) ?.*\bfrom |import )'([^'\n]+)'|\bimport\('([^'\n]+)'\)/gm
    return [...text.matchAll(statements)].map(([, statically, later]) => ({
      file,
      room: roomOf(file),
      target: (statically ?? later) as string,
    }))
  })
}

test('folders import only the folders below them', () => {
  const wrong = imports()
    .filter(({ target }) => target.startsWith('.'))
    .map(({ file, room, target }) => ({ file, room, to: roomOf(join(dirname(file), target).replace(/\.js$/, '.ts')) }))
    .filter(({ room, to }) => to !== room && !MAY_IMPORT[room]?.some((allowed) => isIn(to, allowed)))
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
  const wrong = imports().filter(
    ({ room, target }) => /\/index\.js$/.test(target) && !isIn(room, 'runners') && room !== 'fixtures',
  )
  expect(wrong).toEqual([])
})

test('packages are used only where they belong', () => {
  const wrong = imports().filter(({ room, target }) => {
    const name = Object.keys(PACKAGES).find((known) => target === known || target.startsWith(`${known}/`))
    if (target.startsWith('.') || target.startsWith('node:')) return false
    return name === undefined || !PACKAGES[name]?.some((folder) => isIn(room, folder))
  })
  expect(wrong).toEqual([])
})

test('only clock/ reads the time or sets timers', () => {
  const clocks =
    /\b(setTimeout|setInterval|setImmediate|queueMicrotask|nextTick|Date\.now|performance\.now)\(|new Date\(\)/
  const wrong = sources()
    // The guard is the source of another program.
    .filter((file) => roomOf(file) !== 'clock' && file !== join('real-server', 'guard.ts'))
    .filter((file) => clocks.test(readFileSync(join(SRC, file), 'utf8')))
  expect(wrong).toEqual([])
})

test('each file says at the top what it is for', () => {
  const silent = sources()
    .filter((file) => !file.includes(`gen${sep}`))
    .filter((file) => !/^(#!.*\n)?\/\*\*/.test(readFileSync(join(SRC, file), 'utf8')))
  expect(silent).toEqual([])
})

test('no file is longer than 250 lines', () => {
  // Biome holds functions to 40 lines (biome.json).
  const long = sources()
    .map((file) => ({ file, lines: readFileSync(join(SRC, file), 'utf8').trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > 250)
  expect(long).toEqual([])
})
