/** The tests that each storage passes. They hold it to the promises of `src/storage/storage.ts`. */
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { isQueratorError, messageOf } from '../../src/errors.js'
import type { Batch, RecordKind } from '../../src/storage/storage.js'
import { batchOf, item } from './batches.js'
import { Model } from './model.js'
import { loaded, opened, PARTITIONS, type Place, SEQUENCES, shown } from './places.js'
import { appendsWhole, endsPartitions, keepsItems, keepsRecords } from './promises.js'

/** How the suite gets what it tests. */
export interface StorageSuiteOptions {
  /** Makes a place where nothing is yet. */
  make(): Promise<Place>
  /** What the error of a second open says. */
  taken: RegExp
  /** How many random histories it plays. Default: 40. */
  histories?: number
}

/** Holds a storage to its promises. */
export function storageSuite(name: string, options: StorageSuiteOptions): void {
  const placeOf = async () => {
    const place = await options.make()
    onTestFinished(() => place.remove?.())
    return place
  }
  describe(`${name} as a storage`, () => {
    keepsItems(placeOf)
    keepsRecords(placeOf)
    endsPartitions(placeOf)
    appendsWhole(placeOf)
    hasItsPlaceAlone(placeOf, options.taken)
    passesErrorsOn(placeOf)
    playsHistories(options.make, options.histories ?? 40)
  })
}

function hasItsPlaceAlone(placeOf: () => Promise<Place>, taken: RegExp): void {
  test('refuses to open a place that another one has, until that one is closed', async () => {
    const place = await placeOf()
    const { storage: first } = await opened(place)
    const second = place.storage()
    const refused = await second.open().catch((error: unknown) => error)
    expect(isQueratorError(refused)).toBe(true)
    expect(messageOf(refused)).toMatch(taken)
    // What was refused has no place to give up.
    await second.close()
    await expect(place.storage().open()).rejects.toThrow(taken)
    await first.append(batchOf({ items: [item(0, 0, 'a')] }))
    await first.close()
    expect((await opened(place)).items).toEqual([shown(item(0, 0, 'a'))])
  })

  test('closes twice, and without an open', async () => {
    const place = await placeOf()
    await place.storage().close()
    const { storage } = await opened(place)
    await storage.close()
    const { storage: next } = await opened(place)
    await storage.close()
    // The first one gives nothing up that is not its own any more.
    await expect(place.storage().open()).rejects.toThrow(taken)
    await next.close()
    await next.close()
  })

  test('opens again after close, with everything', async () => {
    const { storage } = await opened(await placeOf())
    await storage.append(batchOf({ items: [item(0, 0, 'a')] }))
    await storage.close()
    await storage.open()
    expect((await loaded(storage)).items).toEqual([shown(item(0, 0, 'a'))])
  })

  test('has a name', async () => {
    expect((await placeOf()).storage().name).not.toBe('')
  })
}

function passesErrorsOn(placeOf: () => Promise<Place>): void {
  test.each([
    'record',
    'item',
  ] as const)('rejects with the error of whoever takes a %s, and can be closed', async (what) => {
    const place = await placeOf()
    const { storage } = await opened(place)
    const items = Array.from({ length: 5_000 }, (_, n) => item(1, n, 'a'))
    await storage.append(batchOf({ items, records: [{ kind: 'queue', id: 'q', value: '1' }] }))
    await storage.close()
    const again = place.storage()
    await again.open()
    const error = new Error('it is full')
    const into = { record() {}, item() {} }
    await expect(
      again.load({
        ...into,
        [what]: () => {
          throw error
        },
      }),
    ).rejects.toBe(error)
    await again.close()
    expect((await opened(place)).items).toHaveLength(5_000)
  })
}

/** A batch, a repetition of the batch before, or a close and an open. */
type Step = Batch | 'again' | 'reopen'

const change = <T extends object>(target: fc.Arbitrary<T>, value: fc.Arbitrary<unknown>) => {
  return fc.uniqueArray(fc.tuple(target, fc.option(value, { nil: undefined, freq: 3 })), {
    maxLength: 30,
    selector: ([of]) => JSON.stringify(of),
  })
}
const place = fc.record({
  partition: fc.constantFrom(...PARTITIONS.slice(0, 6)),
  sequence: fc.constantFrom(...SEQUENCES),
})
const kinds: RecordKind[] = ['about', 'queue', 'partition']
const of = fc.record({ kind: fc.constantFrom(...kinds), id: fc.constantFrom('1', '10', 'a/b', 'ü') })
const batches = fc
  .record({
    items: change(place, fc.uint8Array({ maxLength: 20 })),
    records: change(of, fc.string({ maxLength: 10 })),
    ended: fc.uniqueArray(fc.constantFrom(...PARTITIONS.slice(0, 6)), { maxLength: 2 }),
  })
  .map(({ items, records, ended }): Batch => {
    const changed = items.map(([target, value]) => ({ ...target, value: value as Uint8Array | undefined }))
    return {
      items: changed.filter(({ partition }) => !ended.includes(partition)),
      records: records.map(([target, value]) => ({ ...target, value: value as string | undefined })),
      ended,
    }
  })
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof({ arbitrary: batches, weight: 5 }, fc.constant('again' as const), fc.constant('reopen' as const)),
  { maxLength: 25 },
)

function playsHistories(make: () => Promise<Place>, count: number): void {
  test('keeps what a model keeps, whatever happens in between', { timeout: 120_000 }, async () => {
    const history = fc.asyncProperty(steps, async (all) => {
      const place = await make()
      try {
        await play(place, all)
      } finally {
        await place.remove?.()
      }
    })
    await fc.assert(history, { numRuns: count, seed: 1 })
  })
}

async function play(place: Place, all: readonly Step[]): Promise<void> {
  const model = new Model()
  let storage = place.storage()
  let last = batchOf({})
  await storage.open()
  try {
    expect(await loaded(storage)).toEqual(model.kept())
    for (const step of [...all, 'reopen' as const]) {
      if (step === 'reopen') {
        await storage.close()
        storage = place.storage()
        await storage.open()
        expect(await loaded(storage)).toEqual(model.kept())
        continue
      }
      last = step === 'again' ? last : step
      await storage.append(last)
      model.append(last)
    }
  } finally {
    await storage.close()
  }
}
