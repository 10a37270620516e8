/** What every storage promises about its contents (`src/storage/storage.ts`). Part of the suite of all storages. */
import { randomBytes } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { RECORD_KINDS, type RecordChange } from '../../src/storage/storage.js'
import { batchOf, item } from './batches.js'
import { afterwards, EVERYWHERE, type Loaded, opened, PARTITIONS, type Place, shown } from './places.js'

type PlaceOf = () => Promise<Place>

const NOTHING: Loaded = { records: {}, items: [] }

/** Items. */
export function keepsItems(placeOf: PlaceOf): void {
  test('begins empty, and stays empty', async () => {
    const place = await placeOf()
    expect(await afterwards(place)).toEqual(NOTHING)
    expect(await afterwards(place, {})).toEqual(NOTHING)
  })

  test('creates nothing with mustExist, and opens what is there', async () => {
    const place = await placeOf()
    await expect(place.storage().open({ mustExist: true })).rejects.toThrow(/there is nothing in /)
    await expect(place.storage().open({ mustExist: true })).rejects.toThrow(/there is nothing in /)
    await afterwards(place, { items: [item(1, 1, 'a')] })
    const storage = place.storage()
    await storage.open({ mustExist: true })
    await storage.close()
    expect((await opened(place)).items).toEqual([shown(item(1, 1, 'a'))])
  })

  test('adds, replaces and removes items', async () => {
    const place = await placeOf()
    const first = [item(1, 1, 'a'), item(1, 2, 'b'), item(1, 3, 'c')]
    expect(await afterwards(place, { items: first })).toEqual({ records: {}, items: first.map(shown) })
    const second = [item(1, 1, undefined), item(1, 2, 'B is longer now'), item(1, 4, 'd'), item(2, 9, undefined)]
    const left = [item(1, 2, 'B is longer now'), item(1, 3, 'c'), item(1, 4, 'd')]
    expect(await afterwards(place, { items: second })).toEqual({ records: {}, items: left.map(shown) })
  })

  test('gives items partition by partition, in the order of their sequence numbers', async () => {
    const { items } = await afterwards(await placeOf(), { items: EVERYWHERE.toReversed() })
    expect(items).toEqual(EVERYWHERE.map(shown))
  })

  test('keeps empty values, every byte, and large values', async () => {
    const every = Uint8Array.from({ length: 256 }, (_, n) => n)
    const large = [1, 65_535, 65_536, 10_000_000].map((size, n) => item(7, n + 2, randomBytes(size)))
    const all = [item(7, 0, ''), item(7, 1, every), ...large]
    expect((await afterwards(await placeOf(), { items: all })).items).toEqual(all.map(shown))
  })

  test('keeps values of the same length apart, also around a large one', async () => {
    const short = (from: number) => ['first', 'other', 'third'].map((text, n) => item(7, from + n, text))
    const all = [...short(0), item(7, 3, randomBytes(100_000)), ...short(4), item(7, 7, randomBytes(5000)), ...short(8)]
    expect((await afterwards(await placeOf(), { items: all })).items).toEqual(all.map(shown))
  })

  test('keeps the bytes of a value as they were, also if its caller writes over them afterwards', async () => {
    const place = await placeOf()
    const { storage } = await opened(place)
    const whole = new TextEncoder().encode('before, value, after')
    await storage.append(batchOf({ items: [item(0, 0, whole.subarray(8, 13))] }))
    whole.fill(0)
    await storage.close()
    expect((await opened(place)).items).toEqual([shown(item(0, 0, 'value'))])
  })

  test('grows with what it keeps', async () => {
    const { storage } = await opened(await placeOf())
    const before = await storage.size()
    const appending = storage.append(batchOf({ items: [item(0, 0, randomBytes(3_000_000))] }))
    await storage.size()
    await appending
    await storage.flush()
    expect(await storage.size()).toBeGreaterThan(before + 2_500_000)
  })
}

const IDS = [
  'a',
  'a/b',
  'a/',
  '/',
  '//',
  'a\0b',
  ' ',
  '0',
  '__proto__',
  'Zürich',
  '日本語',
  '🐢',
  '\u{10ffff}',
  '\uffff',
]

/** Records. */
export function keepsRecords(placeOf: PlaceOf): void {
  test('adds, replaces and removes records', async () => {
    const place = await placeOf()
    const first: RecordChange[] = [
      { kind: 'queue', id: 'a', value: '1' },
      { kind: 'queue', id: 'b', value: '2' },
      { kind: 'role', id: 'a', value: '3' },
    ]
    const before = { 'queue a': '1', 'queue b': '2', 'role a': '3' }
    expect(await afterwards(place, { records: first })).toEqual({ records: before, items: [] })
    const second: RecordChange[] = [
      { kind: 'queue', id: 'a', value: undefined },
      { kind: 'queue', id: 'b', value: 'two' },
      { kind: 'user', id: 'never there', value: undefined },
    ]
    const after = { 'queue b': 'two', 'role a': '3' }
    expect(await afterwards(place, { records: second })).toEqual({ records: after, items: [] })
  })

  test('keeps records of every kind, with any id and any text, apart from items', async () => {
    const ids = [...IDS, 'x'.repeat(2_000), '日'.repeat(2_000), '🐢'.repeat(1_000)]
    const texts = ['', '{"a":1}', 'ü\0\n日🐢', 'long '.repeat(100_000)]
    const records = RECORD_KINDS.flatMap((kind, k) => {
      return ids.map((id, n) => ({ kind, id, value: texts[(k + n) % texts.length] }))
    })
    const kept = await afterwards(await placeOf(), { records, items: EVERYWHERE })
    expect(kept.items).toEqual(EVERYWHERE.map(shown))
    expect(kept.records).toEqual(Object.fromEntries(records.map(({ kind, id, value }) => [`${kind} ${id}`, value])))
  })
}

/** Partitions that end. */
export function endsPartitions(placeOf: PlaceOf): void {
  test.each(PARTITIONS)('removes all of partition %i when it ends, and nothing else', async (ended) => {
    const records: RecordChange[] = [{ kind: 'partition', id: `${ended}`, value: 'its record' }]
    const kept = await afterwards(await placeOf(), { items: EVERYWHERE, records }, { ended: [ended] })
    const left = EVERYWHERE.filter(({ partition }) => partition !== ended)
    expect(kept).toEqual({ records: { [`partition ${ended}`]: 'its record' }, items: left.map(shown) })
  })

  test('ends partitions in the batch that adds items to others, and those that have none', async () => {
    const place = await placeOf()
    const change = { items: [item(5, 1, 'new')], ended: [...PARTITIONS, 77] }
    const kept = await afterwards(place, { items: EVERYWHERE }, change, change)
    expect(kept.items).toEqual([shown(item(5, 1, 'new'))])
    // The number is free for others then.
    expect((await afterwards(place, { items: [item(1, 3, 'again')] })).items).toHaveLength(2)
  })

  test('ends large partitions', async () => {
    const items = numbered(100_000).map((n) => item(n % 2, n, 'some value'))
    const kept = await afterwards(await placeOf(), { items }, { ended: [1] })
    expect(kept.items).toEqual(items.filter(({ partition }) => partition === 0).map(shown))
  })
}

/** Batches: large ones, repeated ones, and those of a process that ends. */
export function appendsWhole(placeOf: PlaceOf): void {
  test('keeps a batch of 100,000 items', async () => {
    const items = numbered(100_000).map((n) => item(3, n, `value ${n}`))
    expect((await afterwards(await placeOf(), { items: items.toReversed() })).items).toEqual(items.map(shown))
  })

  test('keeps the same when a batch is appended again', async () => {
    const before = {
      items: [item(1, 1, 'a'), item(2, 1, 'b')],
      records: [{ kind: 'user', id: 'u', value: '1' } as const],
    }
    const batch = {
      items: [item(1, 1, undefined), item(1, 2, 'c')],
      records: [{ kind: 'user', id: 'u', value: undefined } as const, { kind: 'role', id: 'r', value: '2' } as const],
      ended: [2],
    }
    const kept = await afterwards(await placeOf(), before, batch, batch, batch)
    expect(kept).toEqual({ records: { 'role r': '2' }, items: [shown(item(1, 2, 'c'))] })
  })

  test('keeps everything when nobody closes it', async ({ skip }) => {
    const place = await placeOf()
    if (place.crashed === undefined) skip('this storage cannot be left without an end of the process')
    const { storage } = await opened(place)
    await storage.append(batchOf({ items: EVERYWHERE }))
    await storage.append(batchOf({ records: [{ kind: 'about', id: 'a', value: '1' }], ended: [1] }))
    const found = await place.crashed?.()
    if (found === undefined) throw new Error('no place')
    onTestFinished(() => found.remove?.())
    const left = EVERYWHERE.filter(({ partition }) => partition !== 1)
    const { records, items } = await opened(found)
    expect({ records, items }).toEqual({ records: { 'about a': '1' }, items: left.map(shown) })
  })
}

function numbered(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n)
}
