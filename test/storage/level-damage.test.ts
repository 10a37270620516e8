/** Damaged files: the storage in a folder loads everything, or refuses to open. It never loads a part. */
import { cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isQueratorError, messageOf } from '../../src/errors.js'
import { LevelStorage } from '../../src/storage/level/level-storage.js'
import { batchOf, item } from './batches.js'
import { copyOf, newFolder } from './folders.js'
import { type Loaded, loaded, shown } from './places.js'

/** How often each file is damaged. */
const TRIES = Number(process.env.QUERATOR_FUZZ ?? 25)
const BATCHES = 8
const ITEMS_OF_BATCH = 150

/** A folder after an end of its process, and one that was closed. */
const folders: Record<'killed' | 'closed', { folder: string; remove(): void }> = {
  killed: newFolder(),
  closed: newFolder(),
}

beforeAll(async () => {
  const { folder } = folders.closed
  // Each open makes a table of the last log, and begins a new one.
  for (let n = 0; n < BATCHES; n += 2) {
    const storage = new LevelStorage({ directory: folder })
    await storage.open()
    await storage.append(batch(n))
    await storage.append(batch(n + 1))
    if (n + 2 === BATCHES)
      cpSync(folder, folders.killed.folder, { recursive: true, filter: (file) => !file.endsWith('LOCK') })
    await storage.close()
  }
})

afterAll(() => {
  for (const { remove } of Object.values(folders)) remove()
})

function batch(n: number) {
  const items = Array.from({ length: ITEMS_OF_BATCH }, (_, i) =>
    item(n % 3, n * ITEMS_OF_BATCH + i, `item ${i} ü `.repeat(10)),
  )
  return batchOf({ items, records: [{ kind: 'queue', id: `q${n}`, value: `${n}` }] })
}

/** What is there after the first `count` batches. */
function after(count: number): Loaded {
  const numbers = Array.from({ length: count }, (_, n) => n)
  const items = numbers.flatMap((n) => batch(n).items)
  items.sort((a, b) => a.partition - b.partition || a.sequence - b.sequence)
  return { records: Object.fromEntries(numbers.map((n) => [`queue q${n}`, `${n}`])), items: items.map(shown) }
}

const ALL = after(BATCHES)

/** Returns what is loaded from a folder, or the message of the refusal. */
async function found(folder: string): Promise<Loaded | string> {
  const storage = new LevelStorage({ directory: folder })
  try {
    await storage.open()
    return await loaded(storage)
  } catch (error) {
    if (!isQueratorError(error)) throw error
    return messageOf(error)
  } finally {
    await storage.close()
  }
}

/** Damages a copy of a folder. Returns what is found then. */
async function foundAfter(left: 'killed' | 'closed', damage: (folder: string) => void): Promise<Loaded | string> {
  const copy = newFolder()
  try {
    cpSync(folders[left].folder, copy.folder, { recursive: true, filter: (file) => !file.endsWith('LOCK') })
    damage(copy.folder)
    return await found(copy.folder)
  } finally {
    copy.remove()
  }
}

const REFUSED = /^the folder '.*' (is damaged|is not empty, and what is in it is not|is from a newer version)/
const WHAT_TO_DO =
  /restore a copy of the folder, or delete it to start empty$|name an empty folder, or one that does not exist$|another folder$/

function expectAllOrRefused(result: Loaded | string): void {
  if (typeof result !== 'string') expect(result).toEqual(ALL)
  else {
    expect(result).toMatch(REFUSED)
    expect(result).toMatch(WHAT_TO_DO)
  }
}

function filesOf(left: 'killed' | 'closed'): string[] {
  return readdirSync(folders[left].folder).filter((name) => !name.startsWith('LO'))
}

const isLog = (name: string) => name.endsWith('.log')

describe.each(['killed', 'closed'] as const)('a folder that was %s', (left) => {
  test('loads whole when nothing is damaged, and has files of each kind', async () => {
    expect(await foundAfter(left, () => {})).toEqual(ALL)
    const kinds = filesOf(left).map((name) => name.replace(/\d+/, ''))
    expect([...new Set(kinds)].sort()).toEqual(['.ldb', '.log', 'CURRENT', 'MANIFEST-', 'querator-storage.json'])
  })

  test('never loads a part when a byte is changed', { timeout: 600_000 }, async () => {
    for (const name of filesOf(left)) {
      const whole = readFileSync(join(folders[left].folder, name))
      const change = fc.tuple(fc.nat({ max: whole.length - 1 }), fc.integer({ min: 1, max: 255 }))
      const property = fc.asyncProperty(change, async ([place, bits]) => {
        const bytes = Buffer.from(whole)
        bytes[place] = (bytes[place] ?? 0) ^ bits
        expectAllOrRefused(await foundAfter(left, (folder) => writeFileSync(join(folder, name), bytes)))
      })
      await fc.assert(property, { numRuns: TRIES, seed: 1 })
    }
  })

  test('never loads a part when a file is cut off, but for the end of the last log of a killed process', {
    timeout: 600_000,
  }, async () => {
    for (const name of filesOf(left)) {
      const { length } = readFileSync(join(folders[left].folder, name))
      const property = fc.asyncProperty(fc.nat({ max: length - 1 }), async (size) => {
        const result = await foundAfter(left, (folder) => truncateSync(join(folder, name), size))
        if (left === 'killed' && isLog(name)) expect([after(BATCHES - 2), after(BATCHES - 1)]).toContainEqual(result)
        else expectAllOrRefused(result)
      })
      await fc.assert(property, { numRuns: TRIES, seed: 1 })
    }
  })

  test('refuses to load when a file is missing', async () => {
    for (const name of filesOf(left)) {
      const result = await foundAfter(left, (folder) => rmSync(join(folder, name)))
      expect([name, result]).toEqual([name, expect.stringMatching(REFUSED)])
    }
  })
})

test('loads what is whole when a killed process leaves zeros at the end of a log', async () => {
  const result = await foundAfter('killed', (folder) => {
    const log = readdirSync(folder).find(isLog) ?? ''
    writeFileSync(join(folder, log), Buffer.concat([readFileSync(join(folder, log)), Buffer.alloc(5_000)]))
  })
  expect(result).toEqual(ALL)
})

test('refuses a value that is not what was written, although its file is right', async () => {
  const { ClassicLevel } = await import('classic-level')
  const folder = copyOf(folders.closed.folder)
  const database = new ClassicLevel(folder, { compression: false })
  const [entry] = await database.iterator({ gte: 'i', limit: 1 }).all()
  await database.put(entry?.[0] ?? '', `${entry?.[1]}!`)
  await database.close()
  expect(await found(folder)).toMatch(/querator-storage|has lost its end|is missing/)
  writeFileSync(join(folder, 'querator-storage.json'), '{"product":"querator-test","format":1,"state":"open"}')
  expect(await found(folder)).toMatch(/is damaged: item 0 of partition 0 is not what was written; nothing was loaded/)
})

test('refuses an entry that no version writes', async () => {
  const { ClassicLevel } = await import('classic-level')
  for (const key of ['a', 'r~', 'z']) {
    const folder = copyOf(folders.killed.folder)
    const database = new ClassicLevel(folder, { compression: false })
    await database.put(key, '1')
    await database.close()
    expect(await found(folder)).toMatch(/is damaged: it has an entry that no version writes/)
  }
})
