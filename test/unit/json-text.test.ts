/** JSON as Go's decoder reads and refuses it: grammar, places, escapes, and values that are not quite right. */
import { expect, test } from 'vitest'
import { decodeJson } from '../../src/protocol/json/decode.js'
import { encodeJson } from '../../src/protocol/json/encode.js'
import type { MessageType } from '../../src/protocol/messages/message.js'
import { QueueCompleteRequest, QueueRetryRequest } from '../../src/protocol/messages/queue.js'
import { QueuesListRequest } from '../../src/protocol/messages/queues.js'
import { Reply } from '../../src/protocol/messages/reply.js'
import { StorageItemsImportRequest } from '../../src/protocol/messages/storage.js'

const strict = { makeBytes: (bytes: Uint8Array) => Uint8Array.from(bytes), lenient: false }

/** A text whose characters up to U+00FF are bytes. */
function read(json: string, type: MessageType = QueuesListRequest) {
  return decodeJson(type, Buffer.from(json, 'latin1'), strict)
}

function utf8(text: string): string {
  return Buffer.from(text).toString('latin1')
}

test.each([
  ['{},', '(line 1:3): unexpected token ,'],
  ['{}}', '(line 1:3): unexpected token }'],
  ['{}]', '(line 1:3): unexpected token ]'],
  ['{} "a"', '(line 1:4): unexpected token "a"'],
  ['{} "a":1', '(line 1:4): unexpected token "a"'],
  ['{} 1', '(line 1:4): unexpected token 1'],
  ['{} null', '(line 1:4): unexpected token null'],
  ['{} []', '(line 1:4): unexpected token ['],
  ['[]', '(line 1:1): unexpected token ['],
  ['"a"', '(line 1:1): unexpected token "a"'],
  ['{1:2}', '(line 1:2): unexpected token 1'],
  ['{true:2}', '(line 1:2): unexpected token true'],
  ['{{}:2}', '(line 1:2): unexpected token {'],
  ['{]', '(line 1:2): unexpected token ]'],
  ['{"limit":1 "pivot":"a"}', '(line 1:12): unexpected token "pivot"'],
  ['{"limit":1 2}', '(line 1:12): unexpected token 2'],
  ['{"limit":1,,"pivot":"a"}', '(line 1:12): unexpected token ,'],
  ['{"limit":,}', '(line 1:10): unexpected token ,'],
  ['{"limit"}', '(line 1:9): unexpected character }, missing ":" after field name'],
])('refuses %s', (json, message) => expect(() => read(json)).toThrow(`proto: syntax error ${message}`))

test.each([
  ['{"items":[{} {}]}', '(line 1:14): unexpected token {'],
  ['{"items":[{},,{}]}', '(line 1:14): unexpected token ,'],
  ['{"items":[,{}]}', '(line 1:11): unexpected token ,'],
  ['{"items":[{}}', '(line 1:13): unexpected token }'],
  ['{"items":[{}:{}]}', '(line 1:13): invalid value :'],
  ['{"items":["a":1]}', '(line 1:11): unexpected token "a"'],
  ['{"items":{}}', '(line 1:10): unexpected token {'],
  ['{"items":5}', '(line 1:10): unexpected token 5'],
  ['{"items":"a"}', '(line 1:10): unexpected token "a"'],
  ['{"items":[{"retryAt":5}]}', '(line 1:22): unexpected token 5'],
  ['{"items":[{"retryAt":{}}]}', '(line 1:22): unexpected token {'],
])('refuses %s as a list of items', (json, message) => {
  expect(() => read(json, QueueRetryRequest)).toThrow(`proto: syntax error ${message}`)
})

test('refuses texts of a list without a comma between them', () => {
  expect(() => read('{"ids":["a" "b"]}', QueueCompleteRequest)).toThrow(
    'proto: syntax error (line 1:13): unexpected token "b"',
  )
})

test.each([
  ['\n{"x":1}', '(line 2:2)'],
  ['\n\n {"x":1}', '(line 3:3)'],
  ['{\n"x":1}', '(line 2:1)'],
  ['{\r\n"x":1}', '(line 2:1)'],
  ['{\r"x":1}', '(line 1:3)'],
  ['\t{"x":1}', '(line 1:3)'],
  [utf8('{"pivot":"é","x":1}'), '(line 1:14)'],
  [utf8('{"pivot":"😀","x":1}'), '(line 1:14)'],
  [utf8('{"pivot":"😀😀\u{10ffff}","x":1}'), '(line 1:16)'],
  [utf8('{"pivot":"\ue000\ufffd","x":1}'), '(line 1:15)'],
])('tells where the unknown field of %j stands', (json, place) => {
  expect(() => read(json)).toThrow(`proto: ${place}: unknown field "x"`)
})

test('blanks may stand between all tokens', () => {
  const blank = ' \t\r\n'
  const json = ['', '{', '"pivot"', ':', '"a"', ',', '"limit"', ':', '7', '}', ''].join(blank)
  expect(read(json)).toMatchObject({ pivot: 'a', limit: 7 })
})

// Go's white space: U+0085 counts, and the byte order mark does not.
test.each([' ', '\u0085', '\u00a0', '\u2028', '\u3000'])('refuses a number in a string with %j at an end', (blank) => {
  for (const text of [`${blank}7`, `7${blank}`])
    expect(() => read(utf8(`{"limit":"${text}"}`))).toThrow('invalid value')
})

test('takes a number in a string that a byte order mark follows', () => {
  expect(read(utf8('{"limit":"7\ufeff"}'))).toMatchObject({ limit: 7 })
  expect(() => read(utf8('{"limit":"\ufeff7"}'))).toThrow('invalid value')
})

test.each(['\v', '\f', '\u00a0', '\0'])('%j is no blank', (character) => {
  expect(() => read(`{${character}}`)).toThrow('proto: syntax error (line 1:2): invalid value')
})

test.each([
  ['\x7f', '\x7f'],
  ['\x80', '\x80'],
  ['\xbf', '\xbf'],
  ['\xff', '\xff'],
  [utf8('é'), 'Ã'],
  [utf8('中'), 'ä'],
  [utf8('\ue000'), 'î'],
  [utf8('\uffff'), 'ï'],
  [utf8('😀'), 'ð'],
])('shows the first byte of %j in place of a colon', (character, shown) => {
  expect(() => read(`{"limit" ${character}`)).toThrow(
    `proto: syntax error (line 1:10): unexpected character ${shown}, missing ":" after field name`,
  )
})

test.each([
  ['"\\', undefined],
  ['"\\u', undefined],
  ['"\\u123', undefined],
  ['"\\u12"', undefined],
  ['"\\ud83d', undefined],
  ['"\\ud83d\\ude0', undefined],
  ['"\\ud83d\\ude00', undefined],
  ['"\\ud83dabcde', undefined],
  ['"\\ud83dabcdef', 'abcdef'],
  ['"\\u12xy', '\\\\u12xy'],
  ['"\\ud83dxxde00"', 'xxde00'],
  ['"\\ud83d\\xde00"', '\\\\xde00'],
  ['"\\ud83d\\u12xy"', '\\\\u12xy'],
  ['"\\ud83d\\ud83d"', '\\\\ud83d'],
  ['"\\ud83d\\udbff"', '\\\\udbff'],
  ['"\\ud83d\\ue000"', '\\\\ue000'],
  ['"\\ud83d\\uffff"', '\\\\uffff'],
  ['"\\udc00\\udc00"', '\\\\udc00'],
  ['"\\udc01\\ude00"', '\\\\ude00'],
  ['"\\udfff\\ude00"', '\\\\ude00'],
  ['"\\\x7f"', '\\\\\\x7f'],
  ['"\\\x00"', '\\\\\\x00'],
  ['"\\\x0b"', '\\\\\\v'],
  ['"\\\x1f"', '\\\\\\x1f'],
  ['"\\ "', '\\\\ '],
  ['"\\\x80"', '\\\\\\x80'],
  ['"\\\xff"', '\\\\\\xff'],
  ['"ab\\u\xff123"', '\\\\u\\xff123'],
])('refuses %j, and shows the escape', (text, shown) => {
  const message =
    shown === undefined
      ? 'proto: unexpected EOF'
      : `proto: syntax error (line 1:10): invalid escape code "${shown}" in string`
  expect(() => read(`{"pivot":${text}`)).toThrow(expect.objectContaining({ message }))
})

test.each([
  ['\\ud800\\udc00', '\u{10000}'],
  ['\\udbff\\udfff', '\u{10ffff}'],
  ['\\ud83d\\udfff', '\u{1f7ff}'],
  ['\\uD83D\\uDE00', '😀'],
  ['\\ud7ff', '\ud7ff'],
  ['\\ue000', '\ue000'],
  ['\\u007F', '\x7f'],
  ['a\\/b\\\\', 'a/b\\'],
  [utf8('a plain text that is rather long: é 中 😀'), 'a plain text that is rather long: é 中 😀'],
])('reads %j', (json, text) => expect(read(`{"pivot":"${json}"}`).pivot).toBe(text))

test('null leaves a field at its default', () => {
  const defaults = { queueName: '', partition: 0, items: [] }
  expect(read('{"queueName":null,"partition":null,"items":null}', QueueRetryRequest)).toEqual(defaults)
  expect(read('{"details":null}', Reply).details).toEqual({})
})

test.each([
  ['true', true],
  ['false', false],
  ['null', false],
])('reads %s as a boolean', (json, dead) => {
  expect(read(`{"items":[{"dead":${json}}]}`, QueueRetryRequest).items).toEqual([{ id: '', dead }])
})

test.each([
  ['dead', '0', 'bool'],
  ['dead', '"false"', 'bool'],
  ['dead', '[]', 'bool'],
  ['id', 'true', 'string'],
])('refuses %s of %s', (name, value, kind) => {
  expect(() => read(`{"items":[{"${name}":${value}}]}`, QueueRetryRequest)).toThrow(
    `invalid value for ${kind} type: ${value[0] === '[' ? '[' : value}`,
  )
})

test.each(['5', 'true', '{}', '[]', '"!!"'])('refuses %s as bytes', (value) => {
  expect(() => read(`{"items":[{"payload":${value}}]}`, StorageItemsImportRequest)).toThrow(
    `invalid value for bytes type: ${value.replace(/[\]}]/, '')}`,
  )
})

test('bytes that are absent, null or empty are read as no bytes', () => {
  const json = '{"items":[{},{"payload":null},{"payload":""}]}'
  const items = read(json, StorageItemsImportRequest).items as { payload: Uint8Array }[]
  expect(items.map(({ payload }) => payload)).toEqual([new Uint8Array(), new Uint8Array(), new Uint8Array()])
})

test.each([
  '[[1],[[],{"y":[{"z":[null]}]}],"]"]',
  '{"y":{"z":{}},"a":"}"}',
  '{"y":{"limit":1},"limit":2}',
  '{}',
  '[]',
])('a client passes over all of %s in an unknown field', (value) => {
  const json = Buffer.from(`{"x":${value},"limit":7}`)
  expect(decodeJson(QueuesListRequest, json, { ...strict, lenient: true })).toMatchObject({ limit: 7 })
})

test('leaves out what is null or a default', () => {
  expect(encodeJson(QueuesListRequest, { pivot: null, limit: 0, namespace: '' })).toBe('{}')
})

test.each([
  new Uint8Array([0x61, 0xfb, 0xff]),
  Buffer.from([0x61, 0xfb, 0xff]),
  'a\u00fb\u00ff',
])('writes the bytes %j in base64', (payload) => {
  expect(encodeJson(StorageItemsImportRequest, { items: [{ payload }] })).toBe('{"items":[{"payload":"Yfv/"}]}')
})

const FIRST = -62_135_596_800n
const LAST = 253_402_300_799n

test.each([
  [FIRST - 1n, 0, `seconds out of range ${FIRST - 1n}`],
  [LAST + 1n, 0, `seconds out of range ${LAST + 1n}`],
  [0n, -1, 'nanos out of range -1'],
  [0n, 1_000_000_000, 'nanos out of range 1000000000'],
  [FIRST, -1, 'nanos out of range -1'],
  // As Go's library does, which looks at the seconds first.
  [LAST + 1n, -1, `seconds out of range ${LAST + 1n}`],
  [FIRST - 1n, 1_000_000_000, `seconds out of range ${FIRST - 1n}`],
])('refuses to write %d seconds and %d nanoseconds', (seconds, nanos, what) => {
  expect(() => encodeJson(QueueRetryRequest, { items: [{ retryAt: { seconds, nanos } }] })).toThrow(
    expect.objectContaining({ code: 500, message: `proto: google.protobuf.Timestamp: ${what}` }),
  )
})

test.each([
  [FIRST, 0, '0001-01-01T00:00:00Z'],
  [LAST, 999_999_999, '9999-12-31T23:59:59.999999999Z'],
  [0n, 1, '1970-01-01T00:00:00.000000001Z'],
  [0n, 1_000, '1970-01-01T00:00:00.000001Z'],
  [0n, 1_000_000, '1970-01-01T00:00:00.001Z'],
  [0n, 100_000_000, '1970-01-01T00:00:00.100Z'],
])('writes %d seconds and %d nanoseconds', (seconds, nanos, text) => {
  expect(encodeJson(QueueRetryRequest, { items: [{ retryAt: { seconds, nanos } }] })).toBe(
    `{"items":[{"retry_at":"${text}"}]}`,
  )
})
