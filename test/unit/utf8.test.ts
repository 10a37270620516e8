/** Bytes as text, and what it keeps of those that are none. */
import { isUtf8 } from 'node:buffer'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hasBadBytes, textOf } from '../../src/protocol/utf8.js'

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }).map((text) => Buffer.from(text, 'utf8')),
)

/** The bytes of a text, bad ones among them. */
function bytesOf(text: string): Buffer {
  return Buffer.concat(
    [...text].map((character) =>
      hasBadBytes(character) ? Buffer.from([character.charCodeAt(0) & 0xff]) : Buffer.from(character, 'utf8'),
    ),
  )
}

test('a text tells whether its bytes were UTF-8, and can be turned back', () => {
  fc.assert(
    fc.property(fc.array(bytes), (pieces) => {
      const given = Buffer.concat(pieces)
      const text = textOf(given)
      expect(hasBadBytes(text)).toBe(!isUtf8(given))
      expect(bytesOf(text)).toEqual(given)
    }),
  )
})

test('pairs of surrogates are no bad bytes, nor is what stands for bad bytes elsewhere', () => {
  expect(hasBadBytes('😀\ufffd\u00ff')).toBe(false)
  expect(textOf(Buffer.from('\ufeffž😀', 'utf8'))).toBe('\ufeffž😀')
})

test('next to bad bytes, characters of one to four bytes stay characters', () => {
  const bad = Buffer.from([0xff])
  const characters = ['a', '\x7f', '\x80', 'é', '\u07ff', '\u0800', '中', '\uffff', '\u{10000}', '😀', '\u{10ffff}']
  for (const character of characters) {
    const around = Buffer.concat([bad, Buffer.from(character, 'utf8'), bad])
    expect(textOf(around)).toBe(`\udcff${character}\udcff`)
  }
  expect(textOf(Buffer.from([0xc3, 0x28]))).toBe('\udcc3(')
  expect(textOf(Buffer.from([0xbf]))).toBe('\udcbf')
})
