/** Ordinary JSON through JSON.parse, checked against the strict reader: what it takes, it reads in the same way. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeJson } from '../../src/protocol/json/decode.js'
import { encodeJson } from '../../src/protocol/json/encode.js'
import { decodeOrdinaryJson } from '../../src/protocol/json/ordinary.js'
import type { MessageType } from '../../src/protocol/messages/message.js'
import {
  QueueCompleteRequest,
  QueueLeaseRequest,
  QueueLeaseResponse,
  QueueProduceRequest,
  QueueRetryRequest,
} from '../../src/protocol/messages/queue.js'
import { messages } from '../support/messages.js'

const RUNS = Number(process.env.QUERATOR_FUZZ ?? 1500)
const reading = { makeBytes: (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1'), lenient: false }
const TYPES: [string, MessageType][] = [
  ['produce', QueueProduceRequest],
  ['lease', QueueLeaseRequest],
  ['leased', QueueLeaseResponse],
  ['complete', QueueCompleteRequest],
  ['retry', QueueRetryRequest],
]

/** What the strict reader makes of it. */
function strictly(type: MessageType, json: Uint8Array): unknown {
  try {
    return decodeJson(type, json, reading)
  } catch (error) {
    return error
  }
}

/** Whether the fast way takes it. @throws if it reads something else than the strict reader does */
function isTaken(type: MessageType, json: Uint8Array): boolean {
  const ordinary = decodeOrdinaryJson(type, json, reading)
  if (ordinary !== undefined) expect(ordinary).toEqual(strictly(type, json))
  return ordinary !== undefined
}

/** Pieces of JSON that are put anywhere, because the two readers may differ on them. */
const PIECES = [
  '"',
  '\\',
  '\\"',
  '\\u0022',
  '\\ud800',
  '\\ud83d\\ude00',
  '\\/',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  ' ',
  '\n',
  '\t',
  '\ufeff',
  'null',
  'true',
  '0',
  '-0',
  '1.0',
  '1e1',
  '1.0000000000000000001',
  '2147483648',
  '-',
  '"items":[]',
  '"queue_name":"a"',
  '"queueName":"b"',
  ',"kind":"k"',
  '"__proto__":{}',
  '{}',
  'é',
  '\u0000',
  '\u007f',
  '\u2028',
  '=',
  'YQ==',
  '😀',
]

const mutation = fc.record({
  kind: fc.constantFrom('cut', 'insert', 'replace', 'double', 'byte'),
  at: fc.nat(),
  length: fc.nat(12),
  piece: fc.constantFrom(...PIECES),
  byte: fc.nat(255),
})

/** JSON of a message, or JSON that was changed in a few places. */
function jsonOf(type: MessageType): fc.Arbitrary<Buffer> {
  return fc.tuple(messages(type), fc.array(mutation, { maxLength: 3 })).map(([message, mutations]) => {
    let json = Buffer.from(encodeJson(type, message))
    for (const { kind, at, length, piece, byte } of mutations) {
      const place = at % (json.length + 1)
      const [before, after] = [json.subarray(0, place), json.subarray(place)]
      if (kind === 'cut') json = Buffer.concat([before, after.subarray(length)])
      else if (kind === 'insert') json = Buffer.concat([before, Buffer.from(piece), after])
      else if (kind === 'replace') json = Buffer.concat([before, Buffer.from(piece), after.subarray(length)])
      else if (kind === 'double') json = Buffer.concat([before, before.subarray(-length), after])
      else json = Buffer.concat([before, Buffer.from([byte]), after])
    }
    return json
  })
}

test.each(TYPES)('%s: reads what it takes as the strict reader does', (_, type) => {
  let taken = 0
  fc.assert(
    fc.property(jsonOf(type), (json) => {
      if (isTaken(type, json)) taken++
    }),
    { numRuns: RUNS },
  )
  // Without this, a reader that takes nothing would pass.
  expect(taken).toBeGreaterThan(RUNS / 10)
})

test.each([
  [
    'the usual',
    '{"queue_name":"q","request_timeout":"1m","items":[{"reference":"a","bytes":"YWE="},{"utf8":"{\\"id\\":1}"}]}',
  ],
  [
    'the other names of fields',
    '{"queueName":"q","requestTimeout":"1m","items":[{"enqueueAt":"2026-01-01T00:00:00Z"}]}',
  ],
  ['blanks, nulls and no bytes', ' {\n"queue_name" : null,\t"items" : [ {} , { "bytes" : "" } ] } '],
  ['escapes', '{"queue_name":"\\\\ \\" \\n \\/ é 😀"}'],
  ['unpadded and URL base 64', '{"items":[{"bytes":"YWE"},{"bytes":"_-8="}]}'],
])('takes %s', (_, json) => {
  expect(isTaken(QueueProduceRequest, Buffer.from(json))).toBe(true)
})

test.each([
  ['a name given twice', '{"queue_name":"a","queue_name":"b"}'],
  ['a name given twice, once by its other name', '{"queue_name":"a","queueName":"b"}'],
  ['a name given twice in an item', '{"items":[{"kind":"a","kind":"a"}]}'],
  ['a name given twice, once as null', '{"queue_name":"a","queue_name":null}'],
  ['a name given twice whose first value is large', '{"items":[{"utf8":"x"}],"items":[]}'],
  ['an unknown name', '{"queue":"a"}'],
  ['the name __proto__', '{"__proto__":{"queue_name":"a"}}'],
  ['half a surrogate pair', '{"queue_name":"\\ud800"}'],
  ['a code unit', '{"queue_name":"\\u0061"}'],
  ['another kind', '{"queue_name":1}'],
  ['a null in a list', '{"items":[null]}'],
  ['no list', '{"items":{}}'],
  ['no object', '[]'],
  ['something after the end', '{} {}'],
  ['a time that is none', '{"items":[{"enqueue_at":"2026-02-30T00:00:00Z"}]}'],
  ['a time that cannot be shown', '{"items":[{"enqueue_at":"0001-01-01T00:00:00+24:00"}]}'],
  ['bytes that are none', '{"items":[{"bytes":"a!b="}]}'],
  ['a byte order mark', '\ufeff{}'],
  ['more items than a request may have', `{"items":[${Array(1001).fill('{}').join()}]}`],
  ['very many objects', `{"items":[${Array(6000).fill('{}').join()}]}`],
  ['a very long body', `{"queue_name":"${'a'.repeat(2_000_000)}"}`],
])('leaves %s to the strict reader', (_, json) => {
  expect(isTaken(QueueProduceRequest, Buffer.from(json))).toBe(false)
})

test.each([
  ['10', true],
  ['-0', true],
  ['2147483647', true],
  ['2147483648', false],
  ['1.0', false],
  ['1e1', false],
  ['10.00000000000000000001', false],
  ['"10"', false],
  ['true', false],
])('takes the number %s: %s', (number, taken) => {
  expect(isTaken(QueueLeaseRequest, Buffer.from(`{"batch_size":${number}}`))).toBe(taken)
  expect(isTaken(QueueLeaseRequest, Buffer.from(`{"batch_size": ${number} , "client_id":"c"}`))).toBe(taken)
})

test('bad UTF-8 is left to the strict reader', () => {
  expect(isTaken(QueueProduceRequest, Buffer.from('{"queue_name":"\xff"}', 'latin1'))).toBe(false)
})
