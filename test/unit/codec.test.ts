/** The strict decoders, held to the library's wherever both must agree (contract: admin.md §1.2, §1.3). */
import { create, type DescMessage, fromJsonString, toBinary, toJsonString } from '@bufbuild/protobuf'
import { TimestampSchema } from '@bufbuild/protobuf/wkt'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeBinary } from '../../src/protocol/binary/decode.js'
import { QueueProduceRequestSchema } from '../../src/protocol/gen/querator/queue_pb.js'
import { QueuesListRequestSchema } from '../../src/protocol/gen/querator/queues_pb.js'
import { StorageItemsImportRequestSchema } from '../../src/protocol/gen/querator/storage_pb.js'
import { decodeJson } from '../../src/protocol/json/decode.js'
import { METHODS, type Method } from '../../src/protocol/methods.js'

const text = fc.string({ unit: 'grapheme', maxLength: 12 })
const timestamp = fc
  .record({
    seconds: fc.bigInt({ min: -62_135_596_800n, max: 253_402_300_799n }),
    nanos: fc.constantFrom(0, 1, 1000, 500_000_000, 999_999_999),
  })
  .map((init) => create(TimestampSchema, init))

/** Messages of a schema, with every field set at times. */
function messages(schema: DescMessage): fc.Arbitrary<unknown> {
  if (schema.typeName === TimestampSchema.typeName) return timestamp
  const fields: Record<string, fc.Arbitrary<unknown>> = {}
  for (const field of schema.fields) {
    const value =
      field.message !== undefined
        ? messages(field.message)
        : { 5: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), 8: fc.boolean(), 9: text, 12: fc.uint8Array() }[
            field.scalar as 5 | 8 | 9 | 12
          ]
    fields[field.localName] = field.fieldKind === 'list' ? fc.array(value, { maxLength: 3 }) : value
  }
  return fc.record(fields, { requiredKeys: [] }).map((init) => create(schema, init as never))
}

for (const [name, { request }] of Object.entries(METHODS) as [string, Method][]) {
  test(`${name}: what the library writes is read as it was`, () => {
    fc.assert(
      fc.property(messages(request), (message) => {
        const binary = toBinary(request, message as never)
        const json = toJsonString(request, message as never)
        expect(toBinary(request, decodeBinary(request, binary))).toEqual(binary)
        expect(toJsonString(request, decodeJson(request, Buffer.from(json)))).toBe(json)
        expect(toBinary(request, decodeJson(request, Buffer.from(json)))).toEqual(
          toBinary(request, fromJsonString(request, json)),
        )
      }),
      { numRuns: 50 },
    )
  })
}

function refusal(json: string, schema: DescMessage = QueueProduceRequestSchema): string {
  try {
    decodeJson(schema, Buffer.from(json))
  } catch (error) {
    return (error as Error).message
  }
  return 'read'
}

test.each([
  ['', 'proto: syntax error (line 1:1): unexpected token '],
  ['{', 'proto: syntax error (line 1:2): unexpected token '],
  ['null', 'proto: syntax error (line 1:1): unexpected token null'],
  ['{} {}', 'proto: syntax error (line 1:4): unexpected token {'],
  ['{"items":[1]}', 'proto: syntax error (line 1:11): unexpected token 1'],
  ['{"items":[{},]}', 'proto: syntax error (line 1:14): unexpected token ]'],
  ['{"queueName":"a",}', 'proto: syntax error (line 1:18): unexpected token }'],
  ['{"x":1}', 'proto: (line 1:2): unknown field "x"'],
  ['{\n "é😀": 1}', 'proto: (line 2:2): unknown field "é😀"'],
  ['{"queueName":"a","queue_name":"b"}', 'proto: (line 1:18): duplicate field "queue_name"'],
  ['{"queueName":5}', 'proto: (line 1:14): invalid value for string type: 5'],
  ['{"queueName":"\\ud800"}', 'proto: syntax error (line 1:15): invalid escape code "\\\\ud800" in string'],
  ['{"queueName":01}', 'proto: syntax error (line 1:14): invalid value 01'],
  ['{"queueName":tru}', 'proto: syntax error (line 1:14): invalid value tru'],
  ['{"queueName":"a', 'proto: unexpected EOF'],
])('%s is refused with line and column', (json, message) => expect(refusal(json)).toBe(message))

test.each([
  ['7', 7],
  ['-2147483648', -2147483648],
  ['1e1', 10],
  ['1.0', 1],
  ['10e-1', 1],
  ['0e999999999', 0],
  ['"7"', 7],
  ['"1e2"', 100],
])('the number %s is an int32', (json, value) => {
  expect(decodeJson(QueuesListRequestSchema, Buffer.from(`{"limit":${json}}`)).limit).toBe(value)
})

test.each([
  '1.5',
  '2147483648',
  '1e10',
  '1e999999999',
  '1e-1',
  '" 7"',
  '"7 "',
  '""',
  '"x"',
  'true',
  '{}',
  '[]',
])('the number %s is no int32', (json) =>
  expect(refusal(`{"limit":${json}}`, QueuesListRequestSchema)).toMatch(/^proto:/))

test.each([
  ['2026-01-01T00:00:00Z', 1767225600n, 0],
  ['2026-01-01T02:00:00.123456789+02:00', 1767225600n, 123456789],
  ['0001-01-01T00:00:00Z', -62135596800n, 0],
  ['9999-12-31T23:59:59.9Z', 253402300799n, 900000000],
  ['2024-02-29T12:00:00Z', 1709208000n, 0],
])('%s is a timestamp', (json, seconds, nanos) => {
  const { items } = decodeJson(QueueProduceRequestSchema, Buffer.from(`{"items":[{"enqueue_at":"${json}"}]}`))
  expect(items[0]?.enqueueAt).toMatchObject({ seconds, nanos })
})

test.each([
  'tomorrow',
  '2026-01-01',
  '2026-02-29T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-01-01T24:00:00Z',
  '2026-01-01T00:00:60Z',
  '2026-01-01t00:00:00z',
  '2026-01-01T00:00:00',
  '2026-01-01T00:00:00.1234567890Z',
  '0001-01-01T00:00:00+01:00',
  '9999-12-31T23:59:59-01:00',
])('%s is no timestamp', (value) => {
  expect(refusal(`{"items":[{"enqueueAt":"${value}"}]}`)).toBe(
    `proto: (line 1:24): invalid google.protobuf.Timestamp value "${value}"`,
  )
})

test.each([
  ['', ''],
  ['YQ==', 'a'],
  ['YQ', 'a'],
  ['-_8=', '\u00fb\u00ff'],
  ['+/8', '\u00fb\u00ff'],
])('%s is base 64', (json, bytes) => {
  const { items } = decodeJson(QueueProduceRequestSchema, Buffer.from(`{"items":[{"bytes":"${json}"}]}`))
  expect(Buffer.from(items[0]?.bytes ?? []).toString('latin1')).toBe(bytes)
})

test.each(['!!', 'Y', 'YQ=', 'YQ===', '+_8=', 'Y=Q='])('%s is no base 64', (json) => {
  expect(refusal(`{"items":[{"bytes":"${json}"}]}`)).toMatch(/invalid value for bytes type/)
})

test('protobuf: a field of another layout is unknown, a message given twice is merged, unknown fields are passed over', () => {
  const decode = (hex: string) => decodeBinary(QueuesListRequestSchema, Buffer.from(hex, 'hex'))
  expect(decode('1a0178').limit).toBe(0)
  expect(decode('1805').limit).toBe(5)
  expect(decode('18ffffffffffffffffff01').limit).toBe(-1)
  expect(decode('c23e0378797a1805').limit).toBe(5)
  expect(decode('530a01615418051805').limit).toBe(5)
  // Two items, each with its lease deadline in two parts: seconds first, nanoseconds then.
  const parts = '1a082202080122021005'
  const { items } = decodeBinary(StorageItemsImportRequestSchema, Buffer.from(parts + parts, 'hex'))
  expect(items.map((item) => item.leaseDeadline)).toMatchObject([
    { seconds: 1n, nanos: 5 },
    { seconds: 1n, nanos: 5 },
  ])
})

test.each([
  'ff',
  '1201ff',
  '12',
  '1205',
  '0a',
  '00',
  '07',
  '1c',
  '54',
  '5308',
  '80808080808080808080801',
])('protobuf %s is refused', (hex) => {
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `${hex}0`, 'hex')
  expect(() => decodeBinary(QueuesListRequestSchema, bytes)).toThrow(/^proto: /)
})
