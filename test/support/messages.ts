/** Arbitrary messages of any type, in which every field is set at times, for tests that compare codecs. */
import fc from 'fast-check'
import type { Field, MessageType } from '../../src/protocol/messages/message.js'

type Values = Record<string, unknown>

const text = fc.string({ unit: 'grapheme', maxLength: 40 })
const timestamp = fc.record({
  seconds: fc.oneof(
    fc.bigInt({ min: 0n, max: 4_102_444_800n }),
    fc.bigInt({ min: -62_135_596_800n, max: 253_402_300_799n }),
  ),
  nanos: fc.constantFrom(0, 1, 1000, 500_000_000, 999_999_999),
})

/** Numbers around every encoded length, and both extremes. */
export const EXTREME_NUMBERS = [
  ...[0, 1, 0x7f, 0x80, 0x3fff, 0x4000, 0x1fffff, 0x200000, 0xfffffff, 0x10000000, 0x7ffffffe, 0x7fffffff],
  ...[-1, -2, -0x80, -0x10000000, -0x7fffffff, -0x80000000],
]

/** Messages of a type in the form of the client. */
export function messages(type: MessageType): fc.Arbitrary<Values> {
  const fields = type.fields.map((field): [string, fc.Arbitrary<unknown>] => {
    const value = valuesOf(field)
    return [field.local, field.repeated ? fc.array(value, { maxLength: 3 }) : value]
  })
  return fc.record(Object.fromEntries(fields), { requiredKeys: [] })
}

function valuesOf({ kind }: Field): fc.Arbitrary<unknown> {
  if (typeof kind === 'object') return messages(kind)
  if (kind === 'string') return fc.oneof(text, fc.constantFrom('', 'order', 'a-reference-that-is-rather-long'))
  if (kind === 'int32') {
    return fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.nat(200), fc.constantFrom(...EXTREME_NUMBERS))
  }
  if (kind === 'bool') return fc.boolean()
  if (kind === 'timestamp') return timestamp
  return kind === 'bytes' ? fc.uint8Array({ maxLength: 200 }) : fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 })
}
