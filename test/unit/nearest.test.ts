/** Suggesting the nearest name gives the same result as a plain algorithm, at a limited cost. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nearestOf } from '../../src/nearest.js'
import { nearestNames } from '../../src/service/nearest-name.js'

/** The plain algorithm: fills every cell of the table, without a limit. */
function plainDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next[j] = Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1)
    }
    row = next
  }
  return row[b.length] as number
}

/** The first of the names with the fewest edits, if these are fewer than `far` and at most half of the letters. */
function plainNearest(name: string, existing: readonly string[], far: number): string | undefined {
  const distances = existing.map((one) => plainDistance(name.toLowerCase(), one.toLowerCase()))
  const least = Math.min(...distances)
  return least < far && least <= Math.floor(name.length / 2) ? existing[distances.indexOf(least)] : undefined
}

/** Names that are often close to each other. */
function names(longest: number) {
  const letters = fc.constantFrom(...'abAB-1')
  return fc.string({ unit: letters, maxLength: longest })
}

describe('matches the plain algorithm', () => {
  test('for names of up to 31 letters at any distance', () => {
    const given = fc.tuple(names(31), fc.array(names(31), { maxLength: 12 }))
    fc.assert(
      fc.property(given, ([name, existing]) => {
        expect(nearestOf(name, existing)).toBe(plainNearest(name, existing, Number.POSITIVE_INFINITY))
      }),
      { numRuns: 2000 },
    )
  })

  test('for longer names, up to 15 edits', () => {
    const base = fc.string({ unit: fc.constantFrom(...'abc'), minLength: 32, maxLength: 60 })
    /** Edits that insert, remove or replace letters of the name at these positions. */
    const edits = fc.array(fc.tuple(fc.nat(60), fc.constantFrom('', 'x', 'xy')), { maxLength: 20 })
    const edited = (name: string, changes: readonly [number, string][]) =>
      changes.reduce((text, [at, put]) => text.slice(0, at) + put + text.slice(at + 1), name)
    fc.assert(
      fc.property(base, fc.array(edits, { maxLength: 4 }), (name, variants) => {
        const existing = variants.map((changes) => edited(name, changes))
        expect(nearestOf(name, existing)).toBe(plainNearest(name, existing, 16))
      }),
      { numRuns: 1000 },
    )
  })
})

test.each([
  ['order', ['invoices', 'orders', 'ordered'], 'orders'],
  ['orders', ['invoices'], undefined],
  ['ODRERS', ['orders'], 'orders'],
  ['', ['a'], undefined],
  ['a'.repeat(99), ['b', 'a'.repeat(100)], 'a'.repeat(100)],
  ['a'.repeat(101), ['a'.repeat(101)], undefined],
])('nearest to %s among %j is %s', (name, existing, nearest) => {
  expect(nearestOf(name, existing)).toBe(nearest)
})

test('compares only a diagonal strip of letters, and stops once nothing close can follow', () => {
  let looks = 0
  /** A string that counts how often its letters are read. */
  const counting = (text: string): string =>
    new Proxy(Object(text) as object, {
      get(_, key) {
        if (key === 'toLowerCase') return () => counting(text)
        if (key === 'charCodeAt' || /^\d+$/.test(String(key))) looks++
        const value: unknown = Reflect.get(Object(text) as object, key)
        return typeof value === 'function' ? value.bind(text) : value
      },
    }) as unknown as string
  const strange = Array.from({ length: 500 }, () => counting('b'.repeat(100)))
  expect(nearestOf('a'.repeat(100), strange)).toBeUndefined()
  // Comparing all letters with each other would take 5,000,000 reads.
  expect(looks).toBeLessThan(500 * 100 * 6)
})

describe('the existing names in the details of an error', () => {
  const long = 'n'.repeat(999)

  test('are listed in order, with the nearest', () => {
    expect(nearestNames('order', ['mails', 'orders'])).toEqual({ existing: 'mails, orders', nearest: 'orders' })
    expect(nearestNames('nothing-like-it', ['mails'])).toEqual({ existing: 'mails' })
    expect(nearestNames('order', [])).toEqual({ existing: 'no queues' })
  })

  test('take at most two thousand characters when written in a header', () => {
    expect(nearestNames('?', [`a${long}`, `b${long}`]).existing).toBe(`a${long}, b${long}`)
    expect(nearestNames('?', [`a${long}`, `b${long}`, 'c']).existing).toBe(`a${long}, b${long}, and 1 more`)
    expect(nearestNames('?', ['a', 'é'.repeat(400), 'c']).existing).toBe('a, and 2 more')
    expect(nearestNames('?', ['x'.repeat(2001)]).existing).toBe('1 with long names')
  })

  test('are at most five hundred', () => {
    const many = Array.from({ length: 501 }, () => 'q')
    expect(nearestNames('?', many).existing).toBe(`${Array(500).fill('q').join(', ')}, and 1 more`)
  })
})
