/** Collecting the pieces of a body: any sizes join to the whole, and many small ones need few buffers. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Pieces } from '../../src/transport/http/pieces.js'

test('pieces of any size join to the whole', () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 20 }),
    fc.uint8Array({ minLength: 4090, maxLength: 4100, size: 'max' }),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.nat(40), (all, cut) => {
      const pieces = new Pieces()
      for (const [index, one] of all.entries()) {
        // Joining in between returns what has arrived, and changes nothing.
        if (index === cut) expect(Buffer.from(pieces.joined())).toEqual(Buffer.concat(all.slice(0, index)))
        pieces.push(one)
      }
      expect(Buffer.from(pieces.joined())).toEqual(Buffer.concat(all))
      pieces.clear()
      expect(pieces.joined()).toHaveLength(0)
    }),
    { numRuns: 300 },
  )
})

test('keeps a million pieces of one byte in a few large buffers', () => {
  const pieces = new Pieces()
  const buffers = new Set<ArrayBufferLike>()
  const original = Buffer.concat
  for (let index = 0; index < 1_000_000; index++) pieces.push(Uint8Array.of(index))
  Buffer.concat = (list, length) => {
    for (const { buffer } of list) buffers.add(buffer)
    return original(list, length)
  }
  try {
    expect(pieces.joined()).toHaveLength(1_000_000)
  } finally {
    Buffer.concat = original
  }
  expect(buffers.size).toBeLessThan(40)
})
