/** Bytes as a string that keeps invalid UTF-8 recoverable. */
import { isUtf8 } from 'node:buffer'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hasBadBytes, textOf } from '../../src/protocol/utf8.js'

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }).map((text) => Buffer.from(text, 'utf8')),
)

/** The original bytes of a string, including invalid ones. */
function bytesOf(text: string): Buffer {
  return Buffer.concat(
    [...text].map((character) =>
      hasBadBytes(character) ? Buffer.from([character.charCodeAt(0) & 0xff]) : Buffer.from(character, 'utf8'),
    ),
  )
}

test('a string shows whether its bytes were valid UTF-8, and converts back to them', () => {
  fc.assert(
    fc.property(fc.array(bytes), (pieces) => {
      const given = Buffer.concat(pieces)
      const text = textOf(given)
      expect(hasBadBytes(text)).toBe(!isUtf8(given))
      expect(bytesOf(text)).toEqual(given)
    }),
  )
})

test('surrogate pairs and U+FFFD do not count as bad bytes', () => {
  expect(hasBadBytes('😀\ufffd\u00ff')).toBe(false)
  expect(textOf(Buffer.from('\ufeffž😀', 'utf8'))).toBe('\ufeffž😀')
})

test('characters of one to four bytes survive next to bad bytes', () => {
  const bad = Buffer.from([0xff])
  const characters = ['a', '\x7f', '\x80', 'é', '\u07ff', '\u0800', '中', '\uffff', '\u{10000}', '😀', '\u{10ffff}']
  for (const character of characters) {
    const around = Buffer.concat([bad, Buffer.from(character, 'utf8'), bad])
    expect(textOf(around)).toBe(`\udcff${character}\udcff`)
  }
  expect(textOf(Buffer.from([0xc3, 0x28]))).toBe('\udcc3(')
  expect(textOf(Buffer.from([0xbf]))).toBe('\udcbf')
})
