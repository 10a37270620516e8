/** The protobuf wire format at its limits: what is passed over, what is refused, and what stays within its message. */
import { create, toBinary } from '@bufbuild/protobuf'
import { expect, test } from 'vitest'
import { decodeBinary } from '../../src/protocol/binary/decode.js'
import { encodeBinary } from '../../src/protocol/binary/encode.js'
import { type MessageType, many, message, one } from '../../src/protocol/messages/message.js'
import { QueueRetryRequest } from '../../src/protocol/messages/queue.js'
import { QueuesListRequest } from '../../src/protocol/messages/queues.js'
import { Reply } from '../../src/protocol/messages/reply.js'
import { StorageItemsImportRequest } from '../../src/protocol/messages/storage.js'
import { schemaOf } from '../support/library.js'

const keep = (bytes: Uint8Array) => bytes
const MALFORMED = expect.objectContaining({ code: 455, message: 'proto: cannot parse invalid wire-format data' })

function decode(hex: string, type: MessageType = QueuesListRequest) {
  return decodeBinary(type, Buffer.from(hex.replaceAll(' ', ''), 'hex'), keep)
}

function firstItem(hex: string, type: MessageType): Record<string, unknown> {
  return (decode(hex, type).items as Record<string, unknown>[])[0] as Record<string, unknown>
}

test.each([
  ['a number', '50 ffffffffffffffffff01'],
  ['eight bytes', '51 ffffffffffffffff'],
  ['four bytes', '55 ffffffff'],
  ['bytes', '52 03 ffffff'],
  ['no bytes', '52 00'],
  ['an empty group', '53 54'],
  ['a group with values of each layout', '53 08ff01 09ffffffffffffffff 0a01ff 0dffffffff 54'],
  ['groups within groups', '53 5b 5c 53 5b 55ffffffff 5c 54 54'],
])('passes over %s in an unknown field', (_, hex) => expect(decode(`${hex} 1805`).limit).toBe(5))

test.each([
  ['field 0', '0005'],
  ['field 0 with bytes', '0200'],
  ['wire type 6', '56ffffffffffffffff'],
  ['wire type 7', '5700000000'],
  ['the end of a group that never began', '5454'],
  ['wire type 7 before the end of a group', '5754'],
  ['eight bytes of which one is missing', '51 00000000000000'],
  ['four bytes of which one is missing', '55 000000'],
  ['bytes of which one is missing', '52 03 7878'],
  ['a group that is never closed', '53 5b 5c'],
  ['groups that cross', '53 5b 54 5c'],
  // The length -5 would lead back to its own first byte, and from there everything is the group of a large number.
  ['a negative length', '62 fbffffff0f fcffffff0f'],
])('refuses %s', (_, hex) => expect(() => decode(hex)).toThrow(MALFORMED))

test('passes over 10,001 groups within each other, and refuses one more', () => {
  const groups = (count: number) => `${'53'.repeat(count)}${'54'.repeat(count)}1805`
  expect(decode(groups(10_001)).limit).toBe(5)
  expect(() => decode(groups(10_002))).toThrow(MALFORMED)
})

test.each([
  ['a number', '1a 01 18', '01'],
  ['a longer number', '1a 02 18 80', '01'],
  ['a time', '1a 02 12 02', '0805'],
])('refuses %s that goes on after the end of its item', (_, item, after) => {
  expect(() => decode(item + after, QueueRetryRequest)).toThrow(MALFORMED)
})

test.each([
  ['00', false],
  ['01', true],
  ['02', true],
  ['8000', false],
  ['8080808010', true],
  ['80808080808080808001', true],
])('reads the varint %s as the boolean %s', (varint, dead) => {
  const bytes = Buffer.from(`18${varint}`, 'hex')
  expect(firstItem(`1a0${bytes.length.toString(16)}${bytes.toString('hex')}`, QueueRetryRequest).dead).toBe(dead)
})

test('a time ignores unknown fields', () => {
  expect(firstItem('1a 0d 12 0b 0801 1002 1803 1801 0a0109', QueueRetryRequest).retryAt).toEqual({
    seconds: 1n,
    nanos: 2,
  })
})

test.each([
  ['an entry without name and value', '22 00', { '': '' }],
  ['an entry without a name', '22 03 120162', { '': 'b' }],
  ['an entry without a value', '22 03 0a0161', { a: '' }],
  ['an entry with an unknown field', '22 0b 0a0161 120162 1a03636363', { a: 'b' }],
  ['a name twice', '22 06 0a0161 120162 22 06 0a0161 120163', { a: 'c' }],
])('reads %s of a map', (_, hex, details) => expect(decode(hex, Reply).details).toEqual(details))

test('a map is an object like any other, whose values can be changed and removed', () => {
  const details = decode('22 06 0a0161 120162', Reply).details as Record<string, string>
  details.a = 'c'
  expect(details).toEqual({ a: 'c' })
  delete details.a
  expect(details).toEqual({})
})

test('no bytes are the same wherever they come from, and keep nothing of the body', () => {
  const { items } = decode('1a 00 1a 02 7a 00', StorageItemsImportRequest) as { items: { payload: Uint8Array }[] }
  expect(items[0]?.payload.buffer.byteLength).toBe(0)
  expect(items[1]?.payload).toBe(items[0]?.payload)
})

const Leaf = message('test.Leaf', { texts: many(1, 'string') })
const Branch = message('test.Branch', { leaves: many(1, Leaf), blobs: many(2, 'bytes') })
const Tree = message('test.Tree', {
  branches: many(1, Branch, { most: 1 }),
  blobs: many(2, 'bytes', { most: 1 }),
})

test('elements over the limit are held to the rules of their own fields, however deep', () => {
  // What would be text in another field may be any bytes here.
  expect(decode('0a00 0a03 1201ff 1201ff 1201ff', Tree)).toEqual({
    branches: [{ leaves: [], blobs: [] }],
    blobs: [Buffer.from([0xff])],
  })
  expect(() => decode('0a00 0a05 0a03 0a01ff', Tree)).toThrow('string field contains invalid UTF-8')
  expect(() => decode('0a00 0a02 0a03 0a0178', Tree)).toThrow(MALFORMED)
  expect(() => decode('1200 1202ff', Tree)).toThrow(MALFORMED)
})

test('the time of an element over the limit may hold any unknown field', () => {
  const Item = message('test.Item', { id: one(1, 'string'), at: one(2, 'timestamp') })
  const Items = message('test.Items', { items: many(1, Item, { most: 1 }) })
  // In the item, the same bytes would be an id that is not UTF-8.
  expect(decode('0a00 0a05 12030a01ff', Items).items).toHaveLength(1)
})

test.each([
  0n,
  1n,
  127n,
  128n,
  2n ** 32n,
  BigInt(Number.MAX_SAFE_INTEGER),
  BigInt(Number.MAX_SAFE_INTEGER) + 1n,
  // Its last byte is the largest that ends a number.
  127n << 49n,
  127n << 56n,
  2n ** 63n - 1n,
  -1n,
  -128n,
  -(2n ** 63n),
])('writes %d seconds as the library does', (seconds) => {
  const schema = schemaOf(QueueRetryRequest)
  const items = [{ id: 'a', retryAt: { seconds, nanos: 1 } }]
  const bytes = encodeBinary(QueueRetryRequest, { items })
  expect(Buffer.from(bytes)).toEqual(Buffer.from(toBinary(schema, create(schema, { items } as never))))
  expect(decodeBinary(QueueRetryRequest, bytes, keep)).toMatchObject({ items })
})

test('writes texts and bytes of every length around the size of its buffer', () => {
  const schema = schemaOf(StorageItemsImportRequest)
  const lengths = Array.from({ length: 26 }, (_, index) => 236 + index)
  for (const length of [...lengths, 511, 512, 513, 5000]) {
    const items = [{ reference: 'x'.repeat(length), payload: new Uint8Array(length).fill(7) }]
    const bytes = encodeBinary(StorageItemsImportRequest, { queueName: 'é', items })
    const made = create(schema, { queueName: 'é', items } as never)
    expect(Buffer.from(bytes)).toEqual(Buffer.from(toBinary(schema, made)))
  }
})

test('leaves out what is null or a default', () => {
  expect(encodeBinary(QueuesListRequest, { pivot: null, limit: 0, namespace: '' })).toHaveLength(0)
})
