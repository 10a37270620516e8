/** What the storage in a folder does with folders that it cannot use, and without its package. */
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { LevelStorage } from '../../src/storage/level/level-storage.js'
import { batchOf, item } from './batches.js'
import { bundled } from './bundled.js'
import { copyOf, folderOfTest, levelPlace } from './folders.js'
import { opened } from './places.js'

async function refusal(directory: string): Promise<string> {
  const storage = new LevelStorage({ directory })
  const error = await storage.open().catch((reason: Error) => reason)
  await storage.close()
  if (error === undefined) throw new Error('it opened')
  expect(error.name).toBe('QueratorError')
  return error.message
}

/** Opens a folder, appends a batch, and leaves it open until the test is over. */
async function used(folder: string): Promise<LevelStorage> {
  const { storage } = await opened(levelPlace({ folder, remove() {} }))
  await storage.append(batchOf({ items: [item(0, 0, 'a')] }))
  return storage as LevelStorage
}

test('creates the folder, and those above it', async () => {
  const folder = join(folderOfTest(), 'a', 'b ü')
  await (await used(folder)).close()
  expect((await opened(levelPlace({ folder, remove() {} }))).items).toHaveLength(1)
})

test('has its folder although the process goes elsewhere', async () => {
  const [folder, elsewhere] = [folderOfTest(), folderOfTest()]
  const cwd = vi.spyOn(process, 'cwd').mockReturnValue(folder)
  onTestFinished(() => cwd.mockRestore())
  const storage = new LevelStorage({ directory: 'data' })
  cwd.mockReturnValue(elsewhere)
  await storage.open()
  await storage.append(batchOf({ items: [item(0, 0, 'a')] }))
  expect(await storage.size()).toBeGreaterThan(0)
  await storage.close()
  expect([readdirSync(folder), readdirSync(elsewhere)]).toEqual([['data'], []])
})

test.each([
  ['removed', () => {}],
  ['removed and made again', (folder: string) => mkdirSync(folder)],
  ['replaced by a copy', (folder: string, copy: string) => renameSync(copy, folder)],
])('a folder that is %s while it is open takes no batch any more', async (_, replace) => {
  const folder = join(folderOfTest(), 'data')
  const storage = await used(folder)
  const copy = copyOf(folder)
  rmSync(folder, { recursive: true })
  replace(folder, copy)
  const gone = /cannot write to the folder '.*data': it was removed or replaced while it was open/
  for (let attempt = 0; attempt < 3; attempt++) {
    await expect(storage.append(batchOf({ items: [item(0, 1, 'b')] }))).rejects.toThrow(gone)
  }
})

test('is called by its folder, unless it has a name', () => {
  expect(new LevelStorage({ directory: 'data/items' }).name).toBe("badger in 'data/items'")
  expect(new LevelStorage({ directory: 'data/items', name: 'mine' }).name).toBe('mine')
})

test('refuses a folder that another daemon of the process has, by any name', async () => {
  const folder = folderOfTest()
  const link = join(folderOfTest(), 'link')
  symlinkSync(folder, link, 'junction')
  const storage = await used(folder)
  const message =
    /another daemon of this process has the folder '.*'; close that one first, or give this daemon another folder/
  expect(await refusal(link)).toMatch(message)
  expect(await refusal(join(folder, '.'))).toMatch(message)
  await storage.close()
  await (await used(link)).close()
})

test('refuses a folder that another process has, and does not change it', async () => {
  const folder = folderOfTest()
  await (await used(folder)).close()
  const holder = await bundled('appending.ts', join(import.meta.dirname, '..', '..', 'build'))
  const code = `const { spawnSync } = await import('node:child_process')
const { LevelStorage } = await import('${holder.url}')
await new LevelStorage({ directory: process.argv[1] }).open().then(() => console.log('opened'), (error) => console.log(error.message))
process.exit()`
  const tryInOther = () =>
    spawnSync(process.execPath, ['--input-type=module', '-e', code, folder], { encoding: 'utf8' }).stdout
  try {
    const storage = await used(folder)
    expect(tryInOther()).toMatch(/another process has the folder '.*'; close that one first, or give/)
    // A refusal in this process does not give the lock up.
    await refusal(folder)
    expect(tryInOther()).toMatch(/another process has the folder/)
    await storage.append(batchOf({ items: [item(0, 1, 'b')] }))
    await storage.close()
    expect(tryInOther()).toBe('opened\n')
    expect((await opened(levelPlace({ folder, remove() {} }))).items).toHaveLength(2)
  } finally {
    holder.remove()
  }
})

test('refuses a folder with something else in it, and leaves it alone', async () => {
  const folder = folderOfTest()
  writeFileSync(join(folder, 'KEYREGISTRY'), 'Hello Badger')
  expect(await refusal(folder)).toMatch(
    /^the folder '.*' is not empty, and what is in it is not from this package .*; name an empty folder/,
  )
  expect(readdirSync(folder)).toEqual(['KEYREGISTRY'])
})

test('takes the root of a file system, and a folder in which nothing was finished', async () => {
  const folder = folderOfTest()
  mkdirSync(join(folder, 'lost+found'))
  writeFileSync(join(folder, 'querator-storage.json.new'), '{')
  await (await used(folder)).close()
  const unfinished = folderOfTest()
  writeFileSync(join(unfinished, 'querator-storage.json'), '{"product":"querator-test","format":1,"state":"new"}')
  writeFileSync(join(unfinished, 'MANIFEST-000001'), 'half')
  await used(unfinished)
})

test('refuses a folder of a newer version', async () => {
  const folder = folderOfTest()
  writeFileSync(join(folder, 'querator-storage.json'), '{"product":"querator-test","format":2}')
  expect(await refusal(folder)).toMatch(
    /is from a newer version of querator-test; update the package, or give this daemon another/,
  )
})

test.each([
  '',
  '{',
  'null',
  '{"product":"other"}',
  '{"product":"querator-test","format":1,"state":"?"}',
])('refuses a marker that says %j', async (text) => {
  const folder = folderOfTest()
  writeFileSync(join(folder, 'querator-storage.json'), text)
  expect(await refusal(folder)).toMatch(/querator-storage.json is damaged; nothing was loaded; restore a copy/)
})

test('refuses a file, and a folder that cannot be written', async () => {
  const folder = folderOfTest()
  const file = join(folder, 'file')
  writeFileSync(file, '')
  expect(await refusal(file)).toMatch(
    /cannot use '.*file' as a folder, because a file is in the way; give this daemon another/,
  )
  expect(await refusal(join(file, 'below'))).toMatch(/because a file is in the way/)
  // The superuser may write everywhere.
  if (process.getuid?.() === 0) return
  chmodSync(folder, 0o500)
  expect(await refusal(join(folder, 'new'))).toMatch(/cannot write to the folder '.*'; let this user write to it/)
  chmodSync(folder, 0o700)
})

test('says how to install its package when it is missing', async () => {
  const place = folderOfTest()
  const { url } = await bundled('appending.ts', place)
  const folder = join(place, 'data')
  const code = `const { LevelStorage } = await import('${url}')
await new LevelStorage({ directory: process.argv[1] }).open().catch((error) => console.log(error.name, error.message))`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', code, folder], { encoding: 'utf8' })
  expect(stdout).toBe(
    `QueratorError badger in '${folder}' needs the package classic-level: \`driver: badger\` keeps its data with it; install it: npm install --save-dev classic-level; in a test, set storage: 'memory' to use no folder\n`,
  )
  expect(existsSync(folder)).toBe(false)
})

/** Calls `before` with the options of each write of a batch. Returns a function that ends that. */
async function onWrite(before: (options: unknown) => void): Promise<() => void> {
  const { ClassicLevel } = await import('classic-level')
  const { batch } = ClassicLevel.prototype as unknown as { batch: () => { write(options: unknown): Promise<void> } }
  const spy = vi.spyOn(ClassicLevel.prototype, 'batch').mockImplementation(function (this: unknown) {
    const made = batch.call(this as never)
    const write = made.write.bind(made)
    made.write = async (options) => {
      before(options)
      await write(options)
    }
    return made as never
  })
  return () => spy.mockRestore()
}

test('waits for the disk with each batch only if it is told to', async () => {
  const written = vi.fn()
  const restore = await onWrite(written)
  for (const sync of [false, true]) {
    const { storage } = await opened(levelPlace({ folder: folderOfTest(), remove() {} }, sync))
    await storage.append(batchOf({ items: [item(0, 0, 'a')] }))
    expect(written).toHaveBeenLastCalledWith({ sync })
    await storage.close()
  }
  restore()
})

test('goes on after a write that failed, and keeps what it keeps from then on', async () => {
  const folder = folderOfTest()
  const storage = await used(folder)
  const restore = await onWrite(() => {
    throw new Error('No space left on device')
  })
  const batch = batchOf({ items: [item(0, 1, 'b')], ended: [3] })
  await expect(storage.append(batch)).rejects.toThrow(/^cannot write to the folder '.*': No space left on device$/)
  restore()
  await storage.append(batch)
  expect((await opened(levelPlace({ folder: copyOf(folder), remove() {} }))).items).toHaveLength(2)
  await storage.close()
})
