/** The handwritten codec for hot messages, checked against the general codec on valid messages and on broken bytes. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeBinary } from '../../src/protocol/binary/decode.js'
import { encodeBinary } from '../../src/protocol/binary/encode.js'
import { decodeRequest, decodeResponse } from '../../src/protocol/codec.js'
import { decodeComplete, encodeComplete } from '../../src/protocol/fast/complete.js'
import { decodeLease, decodeLeased, encodeLeased } from '../../src/protocol/fast/lease.js'
import { decodeProduce, encodeProduce } from '../../src/protocol/fast/produce.js'
import type { MessageType } from '../../src/protocol/messages/message.js'
import {
  QueueCompleteRequest,
  QueueLeaseRequest,
  QueueLeaseResponse,
  QueueProduceRequest,
} from '../../src/protocol/messages/queue.js'
import { EXTREME_NUMBERS, messages } from '../support/messages.js'

const RUNS = Number(process.env.QUERATOR_FUZZ ?? 1500)
const view = (bytes: Uint8Array) => new Uint8Array(bytes)
const byteText = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')

type Decode = (bytes: Uint8Array) => unknown
const DECODERS: [string, MessageType, Decode, (bytes: Uint8Array) => unknown][] = [
  ['produce', QueueProduceRequest, decodeProduce, byteText],
  ['lease', QueueLeaseRequest, decodeLease, byteText],
  ['leased', QueueLeaseResponse, decodeLeased, view],
  ['complete', QueueCompleteRequest, decodeComplete, byteText],
]

for (const [name, type, decode, makeBytes] of DECODERS) {
  test(`${name}: reads bytes as the general codec does, or leaves them to it`, () => {
    let read = 0
    fc.assert(
      fc.property(
        fc.oneof(
          messages(type).map((one) => encodeBinary(type, one)),
          broken(type),
        ),
        (bytes) => {
          const hot = decode(bytes)
          if (hot === undefined) return
          read++
          expect(hot).toEqual(decodeBinary(type, bytes, makeBytes))
        },
      ),
      { numRuns: RUNS },
    )
    // Without this, a codec that reads nothing would pass.
    expect(read).toBeGreaterThan(RUNS / 10)
  })
}

/** Encoded messages whose bytes were changed, cut, repeated or extended. */
function broken(type: MessageType): fc.Arbitrary<Uint8Array> {
  const mutation = fc.record({
    kind: fc.constantFrom('set', 'cut', 'insert', 'double'),
    at: fc.nat(),
    byte: fc.nat(255),
  })
  return fc.tuple(messages(type), fc.array(mutation, { minLength: 1, maxLength: 4 })).map(([message, mutations]) => {
    let bytes = [...encodeBinary(type, message)]
    for (const { kind, at, byte } of mutations) {
      const place = at % (bytes.length + 1)
      if (kind === 'set' && place < bytes.length) bytes[place] = byte
      else if (kind === 'cut') bytes = bytes.slice(0, place)
      else if (kind === 'insert') bytes.splice(place, 0, byte)
      else bytes = [...bytes, ...bytes.slice(place)]
    }
    return Uint8Array.from(bytes)
  })
}

const ENCODERS: [string, MessageType, (message: never) => Uint8Array | undefined][] = [
  ['produce', QueueProduceRequest, encodeProduce],
  ['leased', QueueLeaseResponse, encodeLeased],
  ['complete', QueueCompleteRequest, encodeComplete],
]

for (const [name, type, encode] of ENCODERS) {
  test(`${name}: writes messages as the general codec does, or leaves them to it`, () => {
    let written = 0
    fc.assert(
      fc.property(messages(type), (given) => {
        const message = name === 'leased' ? answered(given) : given
        const hot = encode(message as never)
        if (hot === undefined) return
        written++
        // Compare as strings: some are long, and comparing buffers takes a second.
        expect(Buffer.from(hot).toString('latin1')).toBe(Buffer.from(encodeBinary(type, message)).toString('latin1'))
      }),
      { numRuns: RUNS },
    )
    expect(written).toBeGreaterThan(RUNS / 10)
  })
}

/** A message as the service returns it: ids in ASCII, payloads as strings. */
function answered(message: Record<string, unknown>): Record<string, unknown> {
  const { items = [] } = message as { items?: Record<string, unknown>[] }
  return {
    ...message,
    items: items.map((item) => ({
      ...item,
      id: byteText(Buffer.from(String(item.id ?? ''), 'utf8')).replace(/[^a-z]/g, 'x'),
      bytes: byteText((item.bytes ?? new Uint8Array()) as Uint8Array),
    })),
  }
}

const SIZES = [0, 1, 11, 12, 13, 47, 48, 49, 127, 128, 16_383, 16_384]
const SECONDS = [
  0n,
  1n,
  -1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 49n - 1n,
  2n ** 49n,
  2n ** 53n,
  2n ** 53n + 1n,
]
const EXTREMES: Partial<Record<string, readonly unknown[]>> = {
  int32: EXTREME_NUMBERS,
  bool: [false, true],
  string: [
    ...SIZES.flatMap((size) => ['x'.repeat(size), 'é'.repeat(size)]),
    '\u0000',
    '\ufeff',
    '\uffff',
    '😀',
    '\x7f\x80',
  ],
  bytes: SIZES.map((size) => new Uint8Array(size).fill(0xff)),
  timestamp: [...SECONDS, -62_135_596_800n, 253_402_300_799n, 2n ** 63n - 1n, -(2n ** 63n)].flatMap((seconds) =>
    [0, 1, 999_999_999, 2 ** 31 - 1, -1, -(2 ** 31)].map((nanos) => ({ seconds, nanos })),
  ),
}

/** One message for each extreme value of each field, including the fields of items. */
function extremes(type: MessageType): Record<string, unknown>[] {
  return type.fields.flatMap(({ local, kind, repeated }) => {
    const values = typeof kind === 'object' ? extremes(kind) : (EXTREMES[kind] ?? [])
    return values.map((value) => ({ [local]: repeated ? [value] : value }))
  })
}

test.each(
  DECODERS,
)('%s: reads extreme values as the general codec does, or leaves them to it', (_, type, decode, makeBytes) => {
  let read = 0
  for (const message of extremes(type)) {
    const bytes = encodeBinary(type, message)
    const expected = decodeBinary(type, bytes, makeBytes)
    expect(expected).toMatchObject(asRead(message, makeBytes))
    const hot = decode(bytes)
    if (hot === undefined) continue
    read++
    expect(hot).toEqual(expected)
  }
  expect(read).toBeGreaterThan(50)
})

test.each(
  ENCODERS,
)('%s: writes extreme values as the general codec does, or leaves them to it', (name, type, encode) => {
  let written = 0
  for (const given of extremes(type)) {
    const message = name === 'leased' ? answered(given) : given
    const hot = encode(message as never)
    if (hot === undefined) continue
    written++
    // Compare as strings: some are long, and comparing buffers takes a second.
    expect(Buffer.from(hot).toString('latin1')).toBe(Buffer.from(encodeBinary(type, message)).toString('latin1'))
  }
  expect(written).toBeGreaterThan(50)
})

/** A message with its bytes in the form that the decoder returns. */
function asRead(value: unknown, makeBytes: (bytes: Uint8Array) => unknown): never {
  if (value instanceof Uint8Array) return makeBytes(value) as never
  if (Array.isArray(value)) return value.map((one) => asRead(one, makeBytes)) as never
  if (typeof value !== 'object' || value === null) return value as never
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, asRead(one, makeBytes)])) as never
}

test('a time split in two parts is left to the general codec, which merges them', () => {
  const item = [0x22, 2, 0x08, 5, 0x22, 2, 0x10, 7]
  const bytes = Uint8Array.from([0x1a, item.length, ...item])
  expect(decodeProduce(bytes)).toBeUndefined()
  expect(decodeRequest(QueueProduceRequest, bytes, 'protobuf')).toMatchObject({
    items: [{ enqueueAt: { seconds: 5n, nanos: 7 } }],
  })
  const leased = [0x32, 2, 0x08, 5, 0x32, 2, 0x10, 7]
  const answer = Uint8Array.from([0x1a, leased.length, ...leased])
  expect(decodeResponse(QueueLeaseResponse, answer, 'protobuf')).toMatchObject({
    items: [{ leaseDeadline: { seconds: 5n, nanos: 7 } }],
  })
})

/** Bytes that are out of the ordinary, some of which the general codec refuses. */
test.each([
  ['a length of more than 32 bits, whose lower bits would fit', 'produce', '0a8180808010 78'],
  ['a string that is a single continuation byte', 'produce', '0a0180'],
  ['a byte that is no UTF-8, but the character of the string before', 'produce', '1a04 1202c3a9 1a03 1201e9'],
  ['a time of one byte, which is the first of the message too', 'produce', '1a03 22011a'],
  ['nanoseconds of more than 31 bits', 'produce', '1a08 2206 108080808008'],
  ['an unknown field in an item', 'produce', '1a04 3a020805'],
  ['a number that ends after its item', 'leased', '1a01 2805'],
])('leaves %s to the general codec', (_, name, hex) => {
  const [, , decode] = DECODERS.find(([one]) => one === name) as (typeof DECODERS)[number]
  expect(decode(Buffer.from(hex.replaceAll(' ', ''), 'hex'))).toBeUndefined()
})

test('bytes that are there but empty are read as none', () => {
  const bytes = Uint8Array.from([0x1a, 2, 0x2a, 0])
  expect(decodeProduce(bytes)).toEqual(decodeBinary(QueueProduceRequest, bytes, byteText))
  expect(decodeProduce(bytes)?.items).toMatchObject([{ bytes: '' }])
})

const SECOND = 1_767_225_600n
/** Each is the beginning of the one before, encoded. */
const SHORTER_TIMES = [
  { seconds: SECOND, nanos: 5 },
  { seconds: SECOND, nanos: 0 },
  { seconds: 0n, nanos: 0 },
]

test.each([
  ['produce', 'enqueueAt', QueueProduceRequest, decodeProduce, byteText],
  ['leased', 'leaseDeadline', QueueLeaseResponse, decodeLeased, view],
] as const)('%s: reads the times of a batch, and makes one object of equal ones', (_, field, type, decode, makeBytes) => {
  const equal = [
    { seconds: SECOND + 1n, nanos: 7 },
    { seconds: SECOND + 1n, nanos: 7 },
  ]
  const bytes = encodeBinary(type, { items: [...SHORTER_TIMES, ...equal].map((time) => ({ [field]: time })) })
  const read = decode(bytes)
  expect(read).toEqual(decodeBinary(type, bytes, makeBytes))
  const times = (read?.items as Record<string, unknown>[]).map((item) => item[field])
  expect(times).toEqual([...SHORTER_TIMES, ...equal])
  expect(times[4]).toBe(times[3])
})

test.each([
  ['a string instead of bytes', { items: [{ bytes: 'text' }] }],
  ['a number instead of a string', { queueName: 5 }],
  ['an object instead of a list', { items: {} }],
  ['a null in a list', { items: [null] }],
  ['a Date instead of a timestamp', { items: [{ enqueueAt: new Date(0) }] }],
])('produce: leaves %s to the general codec', (_, message) => {
  expect(encodeProduce(message as never)).toBeUndefined()
})

test.each([
  ['equal strings', ['a-rather-long-kind', 'a-rather-long-kind', 'é'.repeat(20)]],
  // 'é' is encoded as the bytes C3 A9, which are 'Ã' and '©' in Latin-1.
  ['a string whose bytes are the characters of the one before', ['Ã©', 'é']],
  // The second string has the length 2, and that byte stands before its 'a'.
  ['a string that read backwards is like the one before', ['a\x02', 'ab']],
])('%s in a batch are all read correctly', (_, kinds) => {
  const items = kinds.map((kind) => ({ kind }))
  const read = decodeProduce(encodeBinary(QueueProduceRequest, { items }))
  expect(read?.items.map((item) => item.kind)).toEqual(items.map((item) => item.kind))
})

const TIME = { seconds: 1_767_225_600n, nanos: 5 }
/** Ordinary messages with every field set, some of whose lengths and numbers take several bytes. */
const ORDINARY: Record<string, Record<string, unknown>> = {
  produce: {
    queueName: 'q'.repeat(200),
    requestTimeout: '1m',
    items: Array.from({ length: 1000 }, (_, index) => ({
      reference: `order-${index}`,
      encoding: 'utf8',
      kind: 'ordér',
      bytes: new Uint8Array(200).fill(0xff),
      utf8: 'text',
    })),
  },
  lease: { queueName: 'q', batchSize: 1000, clientId: 'worker', requestTimeout: '1m' },
  leased: {
    queueName: 'q',
    partition: 300,
    items: Array.from({ length: 1000 }, (_, index) => ({
      reference: `order-${index}`,
      encoding: 'utf8',
      kind: 'order',
      id: 'x'.repeat(27),
      attempts: 200 + index,
      leaseDeadline: index < 500 ? TIME : { seconds: 1_767_225_601n, nanos: 0 },
      bytes: new Uint8Array(200).fill(0xff),
    })),
  },
  complete: {
    queueName: 'q',
    partition: 2 ** 27,
    requestTimeout: '1m',
    ids: Array.from({ length: 1000 }, () => 'x'.repeat(27)),
  },
}

test.each(
  DECODERS,
)('%s: reads ordinary messages itself, both complete ones and those with a single field', (name, type, decode, makeBytes) => {
  const message = ORDINARY[name] as Record<string, unknown>
  for (const one of [message, ...parts(message)]) {
    const bytes = encodeBinary(type, one)
    expect(decode(bytes)).toEqual(decodeBinary(type, bytes, makeBytes))
  }
})

test.each(
  ENCODERS,
)('%s: writes ordinary messages itself, both complete ones and those with a single field', (name, type, encode) => {
  const message = ORDINARY[name] as Record<string, unknown>
  for (const one of [message, ...parts(message)]) {
    const given = name === 'leased' ? answered(one) : one
    const hot = encode(given as never)
    expect(hot && Buffer.from(hot).toString('latin1')).toBe(Buffer.from(encodeBinary(type, given)).toString('latin1'))
  }
})

/** One message for each field with only that field, and for a list of items one for each field of an item. */
function parts(message: Record<string, unknown>): Record<string, unknown>[] {
  return Object.entries(message).flatMap(([name, value]) => {
    if (!Array.isArray(value)) return [{ [name]: value }]
    const [first] = value as unknown[]
    if (typeof first !== 'object') return [{ [name]: [first] }]
    return Object.entries(first as object).map(([field, one]) => ({ [name]: [{ [field]: one }] }))
  })
}

test.each([
  'produce',
  'complete',
])('%s: leaves more than a thousand elements to the general codec, which counts them', (name) => {
  const [, type, decode] = DECODERS.find(([one]) => one === name) as (typeof DECODERS)[number]
  const message = name === 'produce' ? { items: Array(1001).fill({}) } : { ids: Array(1001).fill('x') }
  expect(decode(encodeBinary(type, message))).toBeUndefined()
})

test.each([
  ['a number instead of a string', { queueName: 5 }],
  ['a number as timeout', { requestTimeout: 5 }],
  ['a list instead of a string', { queueName: [] }],
  ['a list as timeout', { requestTimeout: [] }],
  ['a string instead of a list', { ids: 'x' }],
  ['a number in the list', { ids: [5] }],
  ['a list in the list', { ids: [[]] }],
  ['an empty id', { ids: ['a', ''] }],
  ['a fraction as a partition', { partition: 0.5 }],
  ['a negative partition', { partition: -1 }],
  ['a partition of more than 31 bits', { partition: 2 ** 31 }],
  ['a string as a partition', { partition: '1' }],
  ['a lone surrogate', { queueName: '\ud800' }],
  ['an unknown field', { queue: 'q' }],
])('complete: leaves %s to the general codec', (_, message) => {
  expect(encodeComplete(message as never)).toBeUndefined()
})

test.each([
  ['a number as timeout', { requestTimeout: 5 }],
  ['a list instead of a string', { queueName: [] }],
  ['a list as timeout', { requestTimeout: [] }],
  ['a string as an item', { items: ['text'] }],
  ['an empty string as an item', { items: [''] }],
  ['a number as an item', { items: [5] }],
  ['undefined as an item', { items: [undefined] }],
  ['a number as encoding', { items: [{ encoding: 5 }] }],
  ['a list as encoding', { items: [{ encoding: [] }] }],
  ['a number as kind', { items: [{ kind: 5 }] }],
  ['a list as kind', { items: [{ kind: [] }] }],
  ['a number as reference', { items: [{ reference: 5 }] }],
  ['a list as reference', { items: [{ reference: [] }] }],
  ['a number as utf8', { items: [{ utf8: 5 }] }],
  ['a list as utf8', { items: [{ utf8: [] }] }],
  ['a list as bytes', { items: [{ bytes: [1] }] }],
  ['a Uint16Array as bytes', { items: [{ bytes: new Uint16Array(1) }] }],
  ['an unknown field in an item', { items: [{ payload: 'x' }] }],
  ['a lone surrogate in an item', { items: [{ utf8: '\udc00' }] }],
])('produce: leaves %s to the general codec too', (_, message) => {
  expect(encodeProduce(message as never)).toBeUndefined()
})

test('a lease response uses writeId for ids, and leaves negative numbers and unusual deadlines to the general codec', () => {
  const writeId = (bytes: Uint8Array, at: number) => bytes.fill(0x79, at, at + 27)
  const written = encodeLeased({ items: [{ writeId, id: 'ignored' } as never] })
  expect(decodeLeased(written as Uint8Array)?.items).toMatchObject([{ id: 'y'.repeat(27) }])
  expect(encodeLeased({ partition: -1 })).toBeUndefined()
  expect(encodeLeased({ items: [{ attempts: -1 }] })).toBeUndefined()
  for (const [seconds, nanos] of [
    [0n, 5],
    [-1n, 0],
    [2n ** 32n, 0],
    [5n, -1],
  ] as const) {
    expect(encodeLeased({ items: [{ leaseDeadline: { seconds, nanos } }] })).toBeUndefined()
  }
  expect(encodeLeased({ items: [{ leaseDeadline: { seconds: 2n ** 32n - 1n, nanos: 0 } }] })).toBeDefined()
})

test('a lease response may lack a list, and its items an id', () => {
  for (const answer of [{}, { queueName: 'q' }, { items: [{}] }, { items: [{ kind: 'order' }] }]) {
    const written = encodeLeased(answer)
    expect(written && [...written]).toEqual([...encodeBinary(QueueLeaseResponse, answer)])
  }
})

test('an empty item and the largest partition are ordinary', () => {
  expect([...(encodeProduce({ items: [{}, {}] }) ?? [])]).toEqual([0x1a, 0, 0x1a, 0])
  expect([...(encodeComplete({ partition: 2 ** 31 - 1 }) ?? [])]).toEqual([0x10, 0xff, 0xff, 0xff, 0xff, 0x07])
})

test('leased: leaves a lone surrogate to the general codec', () => {
  expect(encodeLeased({ queueName: '\ud800' })).toBeUndefined()
  expect(encodeLeased({ items: [{ reference: '\udc00' }] })).toBeUndefined()
})
