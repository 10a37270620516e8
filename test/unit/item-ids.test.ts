/** Item ids are consecutive KSUIDs (docs/protocol/admin.md §11.1). */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { drawIdRange, ItemIds } from '../../src/engine/store/item-ids.js'
import { BASE62 } from '../../src/ids/base62.js'
import { problemOfId } from '../../src/ids/ksuid.js'
import { seededRandom } from '../../src/ids/random.js'

/** The value of the last digit of an id. */
function lastDigit(text: string): number {
  return BASE62.indexOf(text.at(-1) as string)
}

const NOW = Date.parse('2026-01-01T00:00:00Z')

test('ids are valid KSUIDs, in order, and map back to their number', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(2 ** 40), (seed, sequence) => {
      const ids = new ItemIds(drawIdRange(NOW, seededRandom(seed)))
      const [text, next] = [ids.text(sequence), ids.text(sequence + 1)]
      expect(problemOfId(text)).toBeUndefined()
      expect(text < next).toBe(true)
      expect(ids.sequence(text)).toBe(sequence)
      const written = Buffer.alloc(29, '.')
      ids.write(sequence, written, 1)
      expect(written.toString('latin1')).toBe(`.${text}.`)
      expect(ids.sequenceFrom(text)).toBe(sequence)
    }),
  )
})

test('a pivot that is not an id of the partition leads to the next greater id', () => {
  fc.assert(
    fc.property(fc.nat(10_000), fc.stringMatching(/^[0-9A-Za-z!~]{8}$/), (sequence, tail) => {
      const ids = new ItemIds(drawIdRange(NOW, seededRandom('x')))
      const pivot = ids.text(sequence).slice(0, -8) + tail
      const from = ids.sequenceFrom(pivot)
      if (Number.isFinite(from) && from < 62 ** 8 / 2) expect(ids.text(from) >= pivot).toBe(true)
      if (from > 0 && from < 62 ** 8 / 2) expect(ids.text(from - 1) < pivot).toBe(true)
    }),
  )
  const ids = new ItemIds(drawIdRange(NOW, seededRandom('x')))
  expect(ids.sequenceFrom('0'.repeat(27))).toBe(0)
  expect(ids.sequenceFrom('aWgEPTl1tmebfsQzFP4bxwgy80V')).toBe(Number.POSITIVE_INFINITY)
})

test('a pivot with the prefix of the partition leads to exactly the first id not before it', () => {
  const ids = new ItemIds(drawIdRange(NOW, seededRandom('x')))
  const head = ids.text(0).slice(0, -8)
  expect(ids.sequenceFrom(`${head}00000000`)).toBe(0)
  expect(ids.sequence(`${head}00000000`)).toBeUndefined()
  for (const sequence of [0, 1, 61, 3843, 12_345_678]) {
    const text = ids.text(sequence)
    // '!' sorts before every digit. '~' and non-ASCII characters sort after them.
    expect(ids.sequenceFrom(`${text.slice(0, -1)}!`)).toBe(Math.max(0, sequence - lastDigit(text)))
    expect(ids.sequenceFrom(`${text}0`)).toBe(sequence + 1)
    expect(ids.sequenceFrom(text.slice(0, -1))).toBe(Math.max(0, sequence - lastDigit(text)))
    for (const last of ['~', '\u0080', '\u00e9', '\u4e2d']) {
      expect(ids.sequenceFrom(`${text.slice(0, -1)}${last}`)).toBe(sequence - lastDigit(text) + 62)
      expect(ids.sequence(`${text.slice(0, -1)}${last}`)).toBeUndefined()
    }
    expect([ids.sequence(`${text}0`), ids.sequence(text.slice(0, -1))]).toEqual([undefined, undefined])
  }
})

test('the same seed gives the same ids, another seed gives others', () => {
  const first = (seed: string) => new ItemIds(drawIdRange(NOW, seededRandom(seed))).text(0)
  expect(first('a')).toBe(first('a'))
  expect(first('a')).not.toBe(first('b'))
})

test('accepts the greatest KSUID and refuses the next one', () => {
  expect(problemOfId('aWgEPTl1tmebfsQzFP4bxwgy80V')).toBeUndefined()
  expect(problemOfId('aWgEPTl1tmebfsQzFP4bxwgy80W')).toMatch(/bounded by/)
  expect(problemOfId('é'.repeat(14))).toMatch(/27 characters/)
})
