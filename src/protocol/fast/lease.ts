/** The codec of queue.lease written by hand, for its ordinary form. See ordinary.ts. */
import type { Timestamp, TimestampInit } from '../messages/message.js'
import type { AnswerOf, RequestOf, ResponseOf } from '../methods.js'
import { exactTimestamp } from '../timestamp.js'
import { fieldSize, OrdinaryReader, OrdinaryWriter, partSize, textSize, varintSize } from './ordinary.js'

/** Decodes a request. */
export function decodeLease(bytes: Uint8Array): RequestOf<'queueLease'> | undefined {
  const reader = new OrdinaryReader(bytes)
  const request = { queueName: '', batchSize: 0, clientId: '', requestTimeout: '' }
  const end = bytes.length
  while (reader.at < end) {
    const tag = reader.byte()
    if (tag === 0x0a) request.queueName = reader.text(end)
    else if (tag === 0x10) request.batchSize = reader.small()
    else if (tag === 0x1a) request.clientId = reader.text(end)
    else if (tag === 0x22) request.requestTimeout = reader.text(end)
    else return undefined
  }
  return reader.odd ? undefined : request
}

type Answer = AnswerOf<'queueLease'>
type AnsweredItem = NonNullable<Answer['items']>[number]

/** An item of a response that writes its own id, so that the id never becomes a string. */
export type WrittenItem = AnsweredItem & {
  /** Writes the id as 27 bytes of ASCII. */
  writeId(bytes: Uint8Array, at: number): void
}

const ID_SIZE = 27

const NO_DEADLINE = new Uint8Array()

/** Encodes a response of the service, whose values have the right types. Negative numbers are not ordinary. */
export function encodeLeased(answer: Answer): Uint8Array | undefined {
  const { queueName = '', partition = 0, items = [] } = answer
  if (partition < 0) return undefined
  const nameSize = textSize(queueName)
  const deadlines = new DeadlineBytes()
  let total = fieldSize(nameSize) + (partition === 0 ? 0 : 1 + varintSize(partition))
  const sizes: number[] = []
  for (const item of items) {
    const deadline = deadlines.of(item.leaseDeadline)
    // A deadline that cannot be encoded here is still present.
    if (item.leaseDeadline !== undefined && deadline.length === 0) return undefined
    const size = itemSize(item, deadline.length)
    if (size < 0) return undefined
    sizes.push(size)
    total += partSize(size)
  }
  if (Number.isNaN(total)) return undefined
  const writer = new OrdinaryWriter(total)
  writer.text(0x0a, queueName, nameSize)
  if (partition !== 0) writer.head(0x10, partition)
  for (let index = 0; index < items.length; index++) {
    const item = items[index] as AnsweredItem
    writer.head(0x1a, sizes[index] as number)
    writeItem(writer, item, deadlines.of(item.leaseDeadline))
  }
  return writer.bytes
}

/** Returns the size of an item, or -1 if it is not ordinary. */
function itemSize(item: AnsweredItem | WrittenItem, deadlineSize: number): number {
  const { encoding = '', kind = '', reference = '', attempts = 0, bytes = '' } = item
  if (attempts < 0) return -1
  const idSize = 'writeId' in item ? ID_SIZE : (item.id ?? '').length
  const texts = fieldSize(textSize(encoding)) + fieldSize(textSize(kind)) + fieldSize(textSize(reference))
  const attemptsSize = attempts === 0 ? 0 : 1 + varintSize(attempts)
  return texts + fieldSize(idSize) + attemptsSize + fieldSize(deadlineSize) + fieldSize(bytes.length)
}

function writeItem(writer: OrdinaryWriter, item: AnsweredItem | WrittenItem, deadline: Uint8Array): void {
  const { encoding = '', kind = '', reference = '', attempts = 0, bytes = '' } = item
  writer.text(0x0a, encoding, textSize(encoding))
  writer.text(0x12, kind, textSize(kind))
  writer.text(0x1a, reference, textSize(reference))
  writeId(writer, item)
  if (attempts !== 0) writer.head(0x28, attempts)
  writer.copy(0x32, deadline)
  writer.byteText(0x3a, bytes)
}

function writeId(writer: OrdinaryWriter, item: AnsweredItem | WrittenItem): void {
  if ('writeId' in item) {
    writer.head(0x22, ID_SIZE)
    item.writeId(writer.bytes, writer.at)
    writer.at += ID_SIZE
  } else if (item.id !== undefined) writer.text(0x22, item.id, item.id.length)
}

/** Returns the bytes of a time between 1970 and 2106. Others are left to the general codec and get no bytes. */
function deadlineBytes(deadline: TimestampInit): Uint8Array {
  const { seconds, nanos } = exactTimestamp(deadline)
  if (seconds <= 0n || seconds >= 0x1_0000_0000n || nanos < 0) return NO_DEADLINE
  const whole = Number(seconds)
  const writer = new OrdinaryWriter(1 + varintSize(whole) + (nanos === 0 ? 0 : 1 + varintSize(nanos)))
  writer.head(0x08, whole)
  if (nanos !== 0) writer.head(0x10, nanos)
  return writer.bytes
}

/** Encodes deadlines. The items of a lease share theirs, so it is encoded only once. */
class DeadlineBytes {
  #last: TimestampInit | undefined
  #bytes: Uint8Array = NO_DEADLINE

  of(deadline: TimestampInit | undefined): Uint8Array {
    if (deadline === undefined) return NO_DEADLINE
    if (deadline !== this.#last) {
      this.#last = deadline
      this.#bytes = deadlineBytes(deadline)
    }
    return this.#bytes
  }
}

type Response = ResponseOf<'queueLease'>
type ResponseItem = Response['items'][number]

/** Decodes a response. */
export function decodeLeased(bytes: Uint8Array): Response | undefined {
  const reader = new OrdinaryReader(bytes)
  const response: Response = { queueName: '', partition: 0, items: [] }
  const end = bytes.length
  let like: ResponseItem | undefined
  while (reader.at < end) {
    const tag = reader.byte()
    if (tag === 0x1a) {
      like = readItem(reader, end, like)
      response.items.push(like)
    } else if (tag === 0x0a) response.queueName = reader.text(end)
    else if (tag === 0x10) response.partition = reader.small()
    else return undefined
  }
  return reader.odd ? undefined : response
}

function readItem(reader: OrdinaryReader, limit: number, like: ResponseItem | undefined): ResponseItem {
  const end = reader.length(limit) + reader.at
  const item = newItem()
  while (reader.at < end) {
    const tag = reader.byte()
    if (tag === 0x3a) item.bytes = reader.view(end)
    else if (tag === 0x22) item.id = reader.text(end)
    else if (tag === 0x28) item.attempts = reader.small()
    else if (tag === 0x32 && item.leaseDeadline === undefined) item.leaseDeadline = reader.timestamp(end)
    else if (tag === 0x1a) item.reference = reader.text(end, like?.reference)
    else if (tag === 0x12) item.kind = reader.text(end, like?.kind)
    else if (tag === 0x0a) item.encoding = reader.text(end, like?.encoding)
    else reader.giveUp()
  }
  if (reader.at !== end) reader.giveUp()
  return item
}

function newItem(): ResponseItem {
  const leaseDeadline: Timestamp | undefined = undefined
  return { encoding: '', kind: '', reference: '', id: '', attempts: 0, leaseDeadline, bytes: NO_DEADLINE }
}
