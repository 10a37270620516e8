/** The codec made by hand for hot messages, held to the general one: on good messages, and on bytes that are broken. */
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
  test(`${name}: bytes are read as the general codec reads them, or left to it`, () => {
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
    // Otherwise this would hold of a codec that reads nothing.
    expect(read).toBeGreaterThan(RUNS / 10)
  })
}

/** Messages whose bytes were changed, cut, doubled or given a tail. */
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
  test(`${name}: messages are written as the general codec writes them, or left to it`, () => {
    let written = 0
    fc.assert(
      fc.property(messages(type), (given) => {
        const message = name === 'leased' ? answered(given) : given
        const hot = encode(message as never)
        if (hot === undefined) return
        written++
        // As texts: some are long, and byte for byte takes a second.
        expect(Buffer.from(hot).toString('latin1')).toBe(Buffer.from(encodeBinary(type, message)).toString('latin1'))
      }),
      { numRuns: RUNS },
    )
    expect(written).toBeGreaterThan(RUNS / 10)
  })
}

/** As the service answers: ids in ASCII, payloads as texts. */
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

/** A message for each extreme value of each of its fields, and of the fields of its items. */
function extremes(type: MessageType): Record<string, unknown>[] {
  return type.fields.flatMap(({ local, kind, repeated }) => {
    const values = typeof kind === 'object' ? extremes(kind) : (EXTREMES[kind] ?? [])
    return values.map((value) => ({ [local]: repeated ? [value] : value }))
  })
}

test.each(
  DECODERS,
)('%s: extreme values are read as the general codec reads them, or left to it', (_, type, decode, makeBytes) => {
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
)('%s: extreme values are written as the general codec writes them, or left to it', (name, type, encode) => {
  let written = 0
  for (const given of extremes(type)) {
    const message = name === 'leased' ? answered(given) : given
    const hot = encode(message as never)
    if (hot === undefined) continue
    written++
    // As texts: some are long, and byte for byte takes a second.
    expect(Buffer.from(hot).toString('latin1')).toBe(Buffer.from(encodeBinary(type, message)).toString('latin1'))
  }
  expect(written).toBeGreaterThan(50)
})

/** A message with bytes as a reader has them. */
function asRead(value: unknown, makeBytes: (bytes: Uint8Array) => unknown): never {
  if (value instanceof Uint8Array) return makeBytes(value) as never
  if (Array.isArray(value)) return value.map((one) => asRead(one, makeBytes)) as never
  if (typeof value !== 'object' || value === null) return value as never
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, asRead(one, makeBytes)])) as never
}

test('a time in two parts is left to the general codec, which merges them', () => {
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

test.each([
  ['a text where bytes belong', { items: [{ bytes: 'text' }] }],
  ['a number where a text belongs', { queueName: 5 }],
  ['something else than a list', { items: {} }],
  ['a list with nothing in a place', { items: [null] }],
  ['a time of its own', { items: [{ enqueueAt: new Date(0) }] }],
])('produce: %s is left to the general codec', (_, message) => {
  expect(encodeProduce(message as never)).toBeUndefined()
})

test('what is the same in a batch is kept once', () => {
  const items = [{ kind: 'a-rather-long-kind' }, { kind: 'a-rather-long-kind' }, { kind: 'é'.repeat(20) }]
  const read = decodeProduce(encodeBinary(QueueProduceRequest, { items }))
  expect(read?.items.map((item) => item.kind)).toEqual(items.map((item) => item.kind))
})

const TIME = { seconds: 1_767_225_600n, nanos: 5 }
/** Ordinary messages, with every field, and one of several bytes wherever a length or number is. */
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
)('%s: an ordinary message is read by hand, whole and with each field by itself', (name, type, decode, makeBytes) => {
  const message = ORDINARY[name] as Record<string, unknown>
  for (const one of [message, ...parts(message)]) {
    const bytes = encodeBinary(type, one)
    expect(decode(bytes)).toEqual(decodeBinary(type, bytes, makeBytes))
  }
})

test.each(
  ENCODERS,
)('%s: an ordinary message is written by hand, whole and with each field by itself', (name, type, encode) => {
  const message = ORDINARY[name] as Record<string, unknown>
  for (const one of [message, ...parts(message)]) {
    const given = name === 'leased' ? answered(one) : one
    const hot = encode(given as never)
    expect(hot && Buffer.from(hot).toString('latin1')).toBe(Buffer.from(encodeBinary(type, given)).toString('latin1'))
  }
})

/** A message with one field only, for each, and with one item with one field only. */
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
])('%s: more than a thousand are left to the general codec, which counts them', (name) => {
  const [, type, decode] = DECODERS.find(([one]) => one === name) as (typeof DECODERS)[number]
  const message = name === 'produce' ? { items: Array(1001).fill({}) } : { ids: Array(1001).fill('x') }
  expect(decode(encodeBinary(type, message))).toBeUndefined()
})

test.each([
  ['a number where a text belongs', { queueName: 5 }],
  ['a number where the timeout belongs', { requestTimeout: 5 }],
  ['something else than a list', { ids: 'x' }],
  ['a number in the list', { ids: [5] }],
  ['an empty id', { ids: ['a', ''] }],
  ['a fraction as a partition', { partition: 0.5 }],
  ['a negative partition', { partition: -1 }],
  ['a partition of more than 31 bits', { partition: 2 ** 31 }],
  ['a text as a partition', { partition: '1' }],
  ['half of a surrogate pair', { queueName: '\ud800' }],
  ['a field of another name', { queue: 'q' }],
])('complete: %s is left to the general codec', (_, message) => {
  expect(encodeComplete(message as never)).toBeUndefined()
})

test.each([
  ['a number as the timeout', { requestTimeout: 5 }],
  ['a text as an item', { items: ['text'] }],
  ['a number as encoding', { items: [{ encoding: 5 }] }],
  ['a number as kind', { items: [{ kind: 5 }] }],
  ['a number as reference', { items: [{ reference: 5 }] }],
  ['a number as utf8', { items: [{ utf8: 5 }] }],
  ['a list as bytes', { items: [{ bytes: [1] }] }],
  ['wide elements as bytes', { items: [{ bytes: new Uint16Array(1) }] }],
  ['a field of another name in an item', { items: [{ payload: 'x' }] }],
  ['half of a surrogate pair in an item', { items: [{ utf8: '\udc00' }] }],
])('produce: %s is left to the general codec too', (_, message) => {
  expect(encodeProduce(message as never)).toBeUndefined()
})

test('an answer writes an id that can write itself, and leaves what is negative or has no deadline bytes', () => {
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
