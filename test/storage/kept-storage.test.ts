/** The storage that other tests use passes the suite of all storages, and fails or waits when it is told to. */
import { expect, test } from 'vitest'
import { batchOf, item } from './batches.js'
import { KeptPlace, KeptStorage } from './kept-storage.js'
import { loaded, type Place, shown } from './places.js'
import { storageSuite } from './storage-suite.js'

function placeOf(kept: KeptPlace): Place {
  return { storage: () => new KeptStorage(kept), crashed: async () => placeOf(kept.copy()) }
}

storageSuite('a map', { make: async () => placeOf(new KeptPlace()), taken: /is open already; close the daemon/ })

const one = batchOf({ items: [item(0, 1, 'a')] })

test('fails as often as it is told, and keeps the batch only if it is told', async () => {
  const storage = new KeptStorage()
  await storage.open()
  storage.failNext(1)
  storage.failNext(1, { error: new Error('no answer'), kept: true })
  await expect(storage.append(one)).rejects.toThrow('no space left')
  expect((await loaded(storage)).items).toEqual([])
  await expect(storage.append(one)).rejects.toThrow('no answer')
  expect((await loaded(storage)).items).toEqual([shown(item(0, 1, 'a'))])
  expect(storage.appended).toEqual([])
  await storage.append(one)
  expect(storage.appended).toEqual([one])
})

test('holds appends up until it is released', async () => {
  const storage = new KeptStorage()
  await storage.open()
  storage.hold()
  const appending = storage.append(one)
  expect(storage.waiting).toBe(1)
  expect((await loaded(storage)).items).toEqual([])
  storage.release()
  await appending
  expect(storage.waiting).toBe(0)
  expect((await loaded(storage)).items).toHaveLength(1)
})
