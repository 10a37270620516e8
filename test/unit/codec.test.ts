/**
 * The general codec, checked against the protobuf library wherever both must agree (docs/protocol/admin.md §1.2, §1.3).
 */
import { create, fromBinary, fromJsonString, toBinary, toJsonString } from '@bufbuild/protobuf'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeBinary } from '../../src/protocol/binary/decode.js'
import { encodeBinary } from '../../src/protocol/binary/encode.js'
import { decodeResponse, encodeFast } from '../../src/protocol/codec.js'
import { decodeJson } from '../../src/protocol/json/decode.js'
import { encodeJson } from '../../src/protocol/json/encode.js'
import type { MessageType } from '../../src/protocol/messages/message.js'
import { QueueLeaseResponse, QueueProduceRequest } from '../../src/protocol/messages/queue.js'
import { QueuesListRequest } from '../../src/protocol/messages/queues.js'
import { Reply } from '../../src/protocol/messages/reply.js'
import { StorageItemsImportRequest } from '../../src/protocol/messages/storage.js'
import { METHODS, type Method } from '../../src/protocol/methods.js'
import { schemaOf } from '../support/library.js'
import { messages } from '../support/messages.js'

const strict = { makeBytes: (bytes: Uint8Array) => bytes, lenient: false }
const lenient = { ...strict, lenient: true }
const keep = (bytes: Uint8Array) => bytes

const TYPES = new Map<string, MessageType>([[Reply.name, Reply]])
for (const { request, response } of Object.values(METHODS) as Method[]) {
  TYPES.set(request.name, request)
  TYPES.set(response.name, response)
}

for (const [name, type] of TYPES) {
  const schema = schemaOf(type)

  test(`${name}: reads what the library writes`, () => {
    fc.assert(
      fc.property(messages(type), (message) => {
        const made = create(schema, message as never)
        const json = Buffer.from(toJsonString(schema, made))
        const binary = toBinary(schema, made)
        expect(toBinary(schema, create(schema, decodeBinary(type, binary, keep) as never))).toEqual(binary)
        expect(toBinary(schema, create(schema, decodeJson(type, json, strict) as never))).toEqual(binary)
      }),
      { numRuns: 50 },
    )
  })

  test(`${name}: writes what the library writes`, () => {
    fc.assert(
      fc.property(messages(type), (message) => {
        const made = create(schema, message as never)
        expect(Buffer.from(encodeBinary(type, message))).toEqual(Buffer.from(toBinary(schema, made)))
        expect(encodeJson(type, message)).toBe(toJsonString(schema, made))
        expect(toBinary(schema, fromBinary(schema, encodeBinary(type, message)))).toEqual(toBinary(schema, made))
        expect(toBinary(schema, fromJsonString(schema, encodeJson(type, message)))).toEqual(toBinary(schema, made))
      }),
      { numRuns: 50 },
    )
  })
}

test('a client ignores unknown fields, the server refuses them', () => {
  const json = Buffer.from('{"x":{"y":[1,{"z":null}],"s":"}"},"limit":7,"w":[]}')
  expect(decodeJson(QueuesListRequest, json, lenient)).toMatchObject({ limit: 7 })
  expect(() => decodeJson(QueuesListRequest, json, strict)).toThrow('unknown field "x"')
})

test('a client reads a JSON response with its bytes as a Uint8Array, and ignores unknown fields', () => {
  const json = Buffer.from('{"items":[{"bytes":"/wA=","priority":1},{}],"next":{}}')
  const { items } = decodeResponse(QueueLeaseResponse, json, 'json') as { items: { bytes: Uint8Array }[] }
  expect(items.map(({ bytes }) => bytes)).toEqual([Uint8Array.of(0xff, 0), new Uint8Array()])
})

test('the handwritten codec writes hot messages, and no others', () => {
  const request = { queueName: 'orders', items: [{ utf8: 'text' }] }
  const written = encodeFast(QueueProduceRequest, request)
  expect(written && [...written]).toEqual([...encodeBinary(QueueProduceRequest, request)])
  expect(encodeFast(QueuesListRequest, { limit: 7 })).toBeUndefined()
})

test('a message without a map has an empty one', () => {
  for (const read of [decodeJson(Reply, Buffer.from('{}'), strict), decodeBinary(Reply, new Uint8Array(), keep)]) {
    expect(read).toEqual({ code: 0, codeText: '', message: '', details: {} })
  }
})

test('a map keeps __proto__ as an ordinary key', () => {
  const details = JSON.parse('{"__proto__":"a","b":"c"}') as Record<string, string>
  for (const read of [
    decodeJson(Reply, Buffer.from(encodeJson(Reply, { details })), strict),
    decodeBinary(Reply, encodeBinary(Reply, { details }), keep),
  ]) {
    expect(Object.entries(read.details as object)).toEqual([
      ['__proto__', 'a'],
      ['b', 'c'],
    ])
  }
})

function itemsOf(message: Record<string, unknown>): Record<string, unknown>[] {
  return message.items as Record<string, unknown>[]
}

function refusal(json: string, type: MessageType = QueueProduceRequest): string {
  try {
    decodeJson(type, Buffer.from(json), strict)
  } catch (error) {
    return (error as Error).message
  }
  return 'read'
}

test.each([
  ['', 'proto: syntax error (line 1:1): unexpected token '],
  ['{', 'proto: unexpected EOF'],
  ['null', 'proto: syntax error (line 1:1): unexpected token null'],
  ['{} {}', 'proto: syntax error (line 1:4): unexpected token {'],
  ['{"items":[1]}', 'proto: syntax error (line 1:11): unexpected token 1'],
  ['{"items":[{},]}', 'proto: syntax error (line 1:14): unexpected token ]'],
  ['{"queueName":"a",}', 'proto: syntax error (line 1:18): unexpected token }'],
  ['{"x":1}', 'proto: (line 1:2): unknown field "x"'],
  ['{\n "é😀": 1}', 'proto: (line 2:2): unknown field "é😀"'],
  ['{"queueName":"a","queue_name":"b"}', 'proto: (line 1:18): duplicate field "queue_name"'],
  ['{"queueName":5}', 'proto: (line 1:14): invalid value for string type: 5'],
  ['{"queueName":"\\ud800"}', 'proto: unexpected EOF'],
  ['{"queueName":"\\ud800 ", "a":1}', 'proto: syntax error (line 1:14): invalid escape code " \\", \\"a" in string'],
  ['{"queueName":"ab\\x"}', 'proto: syntax error (line 1:14): invalid escape code "\\\\x" in string'],
  ['{"queueName":"ab\\u12"}', 'proto: syntax error (line 1:14): invalid escape code "\\\\u12\\"}" in string'],
  ['{"queueName":"ab\n"}', "proto: syntax error (line 1:14): invalid character '\\n' in string"],
  ['{"queueName":"ab\u0001"}', "proto: syntax error (line 1:14): invalid character '\\x01' in string"],
  ['{"queueName" 5}', 'proto: syntax error (line 1:14): unexpected character 5, missing ":" after field name'],
  ['{"queueName" ž}', 'proto: syntax error (line 1:14): unexpected character Å, missing ":" after field name'],
  ['{"queueName"', 'proto: unexpected EOF'],
  ['{"queueName":[]}', 'proto: (line 1:14): invalid value for string type: ['],
  ['{"queueName":"a"]', 'proto: syntax error (line 1:17): unexpected token ]'],
  ['{"queueName":}', 'proto: syntax error (line 1:14): unexpected token }'],
  ['{,}', 'proto: syntax error (line 1:2): unexpected token ,'],
  [':', 'proto: syntax error (line 1:1): invalid value :'],
  ['{} ž', 'proto: syntax error (line 1:4): invalid value ž'],
  ['{"queueName":01}', 'proto: syntax error (line 1:14): invalid value 01'],
  ['{"queueName":tru}', 'proto: syntax error (line 1:14): invalid value tru'],
  ['{"queueName":"a', 'proto: unexpected EOF'],
])('refuses %s with line and column', (json, message) => expect(refusal(json)).toBe(message))

test.each([
  ['a byte that starts no character', '22ff22'],
  ['a character that is cut short', '22e28222'],
  ['an overlong form', '22c0af22'],
  ['half of a surrogate pair', '22eda08022'],
  ['a character past U+10FFFF', '22f490808022'],
  ['a byte outside a string', 'ff'],
])('refuses JSON with %s, both in values and in names', (_, hex) => {
  const bytes = Buffer.from(hex, 'hex')
  for (const [before, after] of [
    ['{"queueName":', '}'],
    ['{', ':1}'],
  ] as const) {
    const json = Buffer.concat([Buffer.from(before), bytes, Buffer.from(after)])
    expect(() => decodeJson(QueueProduceRequest, json, strict)).toThrow(/^proto: syntax error .*invalid (UTF-8|value)/)
    expect(() => decodeJson(QueueProduceRequest, json, lenient)).toThrow(/invalid (UTF-8|value)/)
  }
})

test('accepts U+FFFD as an ordinary character', () => {
  const json = Buffer.from('{"queueName":"\ufffd\\ufffd"}')
  expect(decodeJson(QueueProduceRequest, json, strict).queueName).toBe('\ufffd\ufffd')
})

test.each([
  '\\ude00\\ud83d',
  '\\ud83d\\u0041',
  '\\ud83dx',
  '\\ud83d\\n',
  '\\udfff',
  '\\uD800\\uD800',
  '\\ud83d\\uzzzz',
  '\\u12',
])('refuses the escape %s', (wrong) =>
  expect(refusal(`{"queueName":"${wrong}"}`)).toMatch(/^proto: (syntax error .* invalid escape code|unexpected EOF)/))

test('reads all escapes, in names too, however many there are', () => {
  const escapes = '\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\ude00\\u0000\u007f\u2028'
  const json = Buffer.from(`{"queue\\u004eame":"${escapes.repeat(1000)}"}`)
  const value = '"\\/\b\f\n\r\té😀\u0000\u007f\u2028'
  expect(decodeJson(QueueProduceRequest, json, strict).queueName).toBe(value.repeat(1000))
})

test.each([
  ['7', 7],
  ['-2147483648', -2147483648],
  ['1e1', 10],
  ['1.0', 1],
  ['10e-1', 1],
  ['0e999999999', 0],
  ['-1.50e2', -150],
  ['2147483647', 2147483647],
  ['2147483647000e-3', 2147483647],
  ['0.0000000000007e13', 7],
  ['0.0e-1', 0],
  ['-0', 0],
  ['"7"', 7],
  ['"1e2"', 100],
  ['1e', 1],
  ['0e+', 0],
  ['"7 8"', 7],
])('reads the number %s as an int32', (json, value) => {
  expect(decodeJson(QueuesListRequest, Buffer.from(`{"limit":${json}}`), strict).limit).toBe(value)
})

test.each([
  '1.5',
  '2147483648',
  '1e10',
  '1e999999999',
  '1e-1',
  '1e+',
  '1e-',
  '-2147483649',
  '4294967296',
  '10000000000000000000000',
  '1.50e1e',
  '100e-3',
  '7 8',
  '"1e"x',
  '" 7"',
  '"7 "',
  '""',
  '"x"',
  'true',
  '{}',
  '[]',
])('refuses the number %s as an int32', (json) =>
  expect(refusal(`{"limit":${json}}`, QueuesListRequest)).toMatch(/^proto:/))

test.each([
  ['2026-01-01T00:00:00Z', 1767225600n, 0],
  ['2026-01-01T02:00:00.123456789+02:00', 1767225600n, 123456789],
  ['0001-01-01T00:00:00Z', -62135596800n, 0],
  ['9999-12-31T23:59:59.9Z', 253402300799n, 900000000],
  ['2024-02-29T12:00:00Z', 1709208000n, 0],
  ['2000-02-29T00:00:00Z', 951782400n, 0],
  ['2026-01-31T23:59:59Z', 1769903999n, 0],
  // Go's library accepts these although RFC 3339 does not.
  ['2026-01-01T0:00:00Z', 1767225600n, 0],
  ['2026-01-01T00:00:00,5Z', 1767225600n, 500000000],
  ['2026-01-01T00:00:00,1234567899Z', 1767225600n, 123456789],
  ['2026-01-02T00:00:00+24:00', 1767225600n, 0],
  ['2026-01-02T00:00:00+23:60', 1767225600n, 0],
])('reads %s as a timestamp', (json, seconds, nanos) => {
  const items = itemsOf(decodeJson(QueueProduceRequest, Buffer.from(`{"items":[{"enqueue_at":"${json}"}]}`), strict))
  expect(items[0]?.enqueueAt).toMatchObject({ seconds, nanos })
})

test.each([
  'tomorrow',
  '2026-01-01',
  '2026-02-29T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-00-01T00:00:00Z',
  '2026-01-00T00:00:00Z',
  '2026-01-32T00:00:00Z',
  '2024-01-32T00:00:00Z',
  '2024-02-30T00:00:00Z',
  '2024-04-31T00:00:00Z',
  '1900-02-29T00:00:00Z',
  '2026-01-01T00:60:00Z',
  '2026-01-01T00:00:00+00:61',
  '2026-01-01T24:00:00Z',
  '2026-01-01T00:00:60Z',
  '2026-01-01t00:00:00z',
  '2026-01-01T00:00:00',
  '2026-01-01T00:00:00.1234567890Z',
  '2026-01-01T00:00:00+25:00',
])('refuses %s as a timestamp', (value) => {
  expect(refusal(`{"items":[{"enqueueAt":"${value}"}]}`)).toBe(
    `proto: (line 1:24): invalid google.protobuf.Timestamp value "${value}"`,
  )
})

test.each([
  '0000-12-31T23:59:59Z',
  '0001-01-01T00:00:00+01:00',
  '9999-12-31T23:59:59-01:00',
])('refuses %s as out of range', (value) => {
  expect(refusal(`{"items":[{"enqueueAt":"${value}"}]}`)).toBe(
    `proto: (line 1:24): google.protobuf.Timestamp value out of range: "${value}"`,
  )
})

test.each([
  ['', ''],
  ['YQ==', 'a'],
  ['YQ', 'a'],
  ['-_8=', '\u00fb\u00ff'],
  ['-_8', '\u00fb\u00ff'],
  ['_w==', '\u00ff'],
  ['-___', '\u00fb\u00ff\u00ff'],
  ['+/8', '\u00fb\u00ff'],
  ['YWJj\\nZGVm', 'abcdef'],
  ['YWJj\\n', 'abc'],
  ['YWJj\\r\\nZGV', 'abcde'],
  ['\\nYQ=\\r\\n=\\n', 'a'],
])('reads %s as base64', (json, bytes) => {
  const items = itemsOf(decodeJson(QueueProduceRequest, Buffer.from(`{"items":[{"bytes":"${json}"}]}`), strict))
  expect(Buffer.from((items[0]?.bytes ?? []) as Uint8Array).toString('latin1')).toBe(bytes)
})

test.each([
  '!!',
  'Y',
  'YQ=',
  'YQ===',
  '+_8=',
  'Y=Q=',
  // A line break counts towards the length, and the length decides whether padding is required.
  'YQ==\\n',
  'YQ=\\n=',
  'YWJ\\n',
  'YQ\\r\\n',
])('refuses %s as base64', (json) => {
  expect(refusal(`{"items":[{"bytes":"${json}"}]}`)).toMatch(/invalid value for bytes type/)
})

test('protobuf: ignores unknown fields and fields of the wrong wire type, and merges a repeated message', () => {
  const decode = (hex: string) => decodeBinary(QueuesListRequest, Buffer.from(hex, 'hex'), keep)
  expect(decode('1a0178').limit).toBe(0)
  expect(decode('1805').limit).toBe(5)
  expect(decode('18ffffffffffffffffff01').limit).toBe(-1)
  expect(decode('18ffffffff7f').limit).toBe(-1)
  expect(decode('98800005').limit).toBe(5)
  expect(decode('c23e0378797a1805').limit).toBe(5)
  expect(decode('530a01615418051805').limit).toBe(5)
  // Two items, each with its lease deadline in two parts: first seconds, then nanoseconds.
  const parts = '1a082202080122021005'
  const items = itemsOf(decodeBinary(StorageItemsImportRequest, Buffer.from(parts + parts, 'hex'), keep))
  expect(items.map((item) => item.leaseDeadline)).toMatchObject([
    { seconds: 1n, nanos: 5 },
    { seconds: 1n, nanos: 5 },
  ])
})

test.each([
  'ff',
  '12',
  '1205',
  '0a',
  '00',
  '07',
  '1c',
  '54',
  '5308',
  '8080808080808080808001',
  // A number of eleven bytes, a number of more than 64 bits, and a number that never ends.
  '18ffffffffffffffffffff01',
  '18ffffffffffffffffff02',
  '1880',
  // Tags of more than 32 bits whose lower 32 bits match a known field.
  '988080801005',
  '98808080808080808001',
  // A length of more than 32 bits whose lower 32 bits would fit, and a negative length.
  '12818080801078',
  '12ffffffff0f',
])('refuses protobuf %s', (hex) => {
  const bytes = Buffer.from(hex, 'hex')
  expect(() => decodeBinary(QueuesListRequest, bytes, keep)).toThrow('proto: cannot parse invalid wire-format data')
})

test('protobuf: refuses a string that is not UTF-8 and names its field in the details', () => {
  expect(() => decodeBinary(QueuesListRequest, Buffer.from('1201ff', 'hex'), keep)).toThrow(
    expect.objectContaining({
      code: 455,
      message: 'string field contains invalid UTF-8',
      details: { field: 'querator.QueuesListRequest.pivot' },
    }),
  )
})
