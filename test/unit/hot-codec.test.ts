/** The codec made by hand for hot messages, held to the general one: on good messages, and on bytes that are broken. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeBinary } from '../../src/protocol/binary/decode.js'
import { encodeBinary } from '../../src/protocol/binary/encode.js'
import { decodeComplete, encodeComplete } from '../../src/protocol/hot/complete.js'
import { decodeLease, decodeLeased, encodeLeased } from '../../src/protocol/hot/lease.js'
import { decodeProduce, encodeProduce } from '../../src/protocol/hot/produce.js'
import type { MessageType } from '../../src/protocol/messages/message.js'
import {
  QueueCompleteRequest,
  QueueLeaseRequest,
  QueueLeaseResponse,
  QueueProduceRequest,
} from '../../src/protocol/messages/queue.js'
import { messages } from '../support/messages.js'

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
        expect(Buffer.from(hot)).toEqual(Buffer.from(encodeBinary(type, message)))
      }),
      { numRuns: RUNS },
    )
    expect(written).toBeGreaterThan(RUNS / 10)
  })
}

/** As the service answers: ids in ASCII, counts that are not negative, payloads as texts. */
function answered(message: Record<string, unknown>): Record<string, unknown> {
  const { items = [], partition = 0 } = message as { items?: Record<string, unknown>[]; partition?: number }
  return {
    ...message,
    partition: Math.abs(partition) % 1000,
    items: items.map((item) => ({
      ...item,
      id: byteText(Buffer.from(String(item.id ?? ''), 'utf8')).replace(/[^a-z]/g, 'x'),
      attempts: Math.abs(Number(item.attempts ?? 0)) % 2 ** 31,
      bytes: byteText((item.bytes ?? new Uint8Array()) as Uint8Array),
    })),
  }
}

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
