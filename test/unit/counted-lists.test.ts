/** Lists longer than any valid request: elements over the limit are counted and checked, but not kept. */
import { expect, test } from 'vitest'
import { encodeBinary } from '../../src/protocol/binary/encode.js'
import { decodeRequest, decodeResponse } from '../../src/protocol/codec.js'
import { countOf } from '../../src/protocol/messages/counted.js'
import type { MessageType } from '../../src/protocol/messages/message.js'
import {
  MOST_ITEMS,
  QueueCompleteRequest,
  QueueProduceRequest,
  QueueRetryRequest,
} from '../../src/protocol/messages/queue.js'
import { MOST_IMPORTED, StorageItemsImportRequest } from '../../src/protocol/messages/storage.js'

interface Lists {
  readonly items: unknown[]
  readonly ids: unknown[]
}

/** A request with `count` empty elements, followed by one more. */
function bodies(type: MessageType, local: 'items' | 'ids', count: number) {
  const list = type.fields.find((field) => field.local === local)
  const tag = ((list?.number as number) << 3) | 2
  const [empty, binaryEmpty] = local === 'ids' ? ['""', [tag, 0]] : ['{}', [tag, 0]]
  return {
    json: (last = empty) => Buffer.from(`{"${local}":[${`${empty},`.repeat(count)}${last}]}`),
    protobuf: (last = binaryEmpty) =>
      Buffer.from([...Array.from({ length: count }, () => binaryEmpty).flat(), ...last]),
    tag,
  }
}

const LISTS: [string, MessageType, 'items' | 'ids', number][] = [
  ['produce', QueueProduceRequest, 'items', MOST_ITEMS],
  ['retry', QueueRetryRequest, 'items', MOST_ITEMS],
  ['complete', QueueCompleteRequest, 'ids', MOST_ITEMS],
  ['import', StorageItemsImportRequest, 'items', MOST_IMPORTED],
]

for (const [name, type, local, most] of LISTS) {
  test.each([
    'json',
    'protobuf',
  ] as const)(`${name}, %s: elements over the limit are counted but not kept`, (encoding) => {
    const right = decodeRequest(type, bodies(type, local, most - 1)[encoding](), encoding) as Lists
    expect([right[local].length, countOf(right[local])]).toEqual([most, most])
    const over = decodeRequest(type, bodies(type, local, most + 1500)[encoding](), encoding) as Lists
    expect([over[local].length, countOf(over[local])]).toEqual([most, most + 1501])
  })
}

test('a request decoded only to find whom it names is limited too', () => {
  const body = bodies(QueueProduceRequest, 'items', 3000).protobuf()
  expect((decodeResponse(QueueProduceRequest, body, 'protobuf') as Lists).items).toHaveLength(MOST_ITEMS)
})

test('a counted list looks like any other list', () => {
  const { items } = decodeRequest(QueueRetryRequest, bodies(QueueRetryRequest, 'items', 2000).json(), 'json') as Lists
  expect([Object.keys(items).length, JSON.stringify(items[0])]).toEqual([MOST_ITEMS, '{"id":"","dead":false}'])
})

test.each([
  ['{"unknown":1}', /unknown field "unknown"/],
  ['{"id":"a","id":"b"}', /duplicate field "id"/],
  ['{"id":5}', /invalid value for string type: 5/],
  ['{"id":"\\ud800"}', /unexpected EOF/],
  ['{"retry_at":"now"}', /invalid google.protobuf.Timestamp value "now"/],
  ['{"dead":"yes"}', /invalid value for bool type/],
  ['{},', /unexpected token \]/],
  ['5', /unexpected token 5/],
  ['null', /unexpected token null/],
])('%s is refused even as the 2,000th item', (last, message) => {
  const body = bodies(QueueRetryRequest, 'items', 2000).json(last)
  expect(() => decodeRequest(QueueRetryRequest, body, 'json')).toThrow(message)
})

test.each([
  ['a string that is not UTF-8', [3, 0x0a, 1, 0xff]],
  ['a string that is cut short', [2, 0x0a, 5]],
  ['a time that is cut short', [3, 0x12, 1, 0x08]],
  ['a time that is longer than the item', [2, 0x12, 5]],
  ['a number that never ends', [11, 0x18, ...Array.from({ length: 10 }, () => 0x80)]],
  ['a group that is never closed', [1, 0x53]],
  ['field 0', [1, 0x02]],
  ['an item that is longer than the body', [5]],
])('%s is refused even as the 2,000th item', (_, last) => {
  const { protobuf, tag } = bodies(QueueRetryRequest, 'items', 2000)
  expect(() => decodeRequest(QueueRetryRequest, protobuf([tag, ...last]), 'protobuf')).toThrow(/^proto: |invalid UTF-8/)
})

test('valid items over the limit are read to the end', () => {
  const item = { id: 'é'.repeat(60), retryAt: { seconds: -5n, nanos: 7 }, dead: true }
  const items = Array.from({ length: 1500 }, () => item)
  const read = decodeRequest(QueueRetryRequest, encodeBinary(QueueRetryRequest, { items, partition: 3 }), 'protobuf')
  expect(read).toMatchObject({ partition: 3 })
  expect(countOf((read as Lists).items)).toBe(1500)
  expect((read as Lists).items.at(-1)).toEqual(item)
})
