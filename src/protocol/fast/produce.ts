/** The codec of queue.produce written by hand, for its ordinary form. See ordinary.ts. */
import { isBytes } from '../byte-text.js'
import { MOST_ITEMS } from '../messages/queue.js'
import type { RequestInit, RequestOf } from '../methods.js'
import { fieldSize, hasOthers, OrdinaryReader, OrdinaryWriter, partSize, textSize } from './ordinary.js'

type Received = RequestOf<'queueProduce'>
type Item = Received['items'][number]

/** Decodes a request. */
export function decodeProduce(bytes: Uint8Array): Received | undefined {
  const reader = new OrdinaryReader(bytes)
  const request: Received = { queueName: '', requestTimeout: '', items: [] }
  const end = bytes.length
  let like: Item | undefined
  while (reader.at < end) {
    const tag = reader.byte()
    if (tag === 0x1a && request.items.length < MOST_ITEMS) {
      like = readItem(reader, end, like)
      request.items.push(like)
    } else if (tag === 0x0a) request.queueName = reader.text(end)
    else if (tag === 0x12) request.requestTimeout = reader.text(end)
    else return undefined
  }
  return reader.odd ? undefined : request
}

/** Reads an item. The items of a batch are often alike, so strings equal to those of the previous item are shared. */
function readItem(reader: OrdinaryReader, limit: number, like: Item | undefined): Item {
  const end = reader.length(limit) + reader.at
  const item: Item = { encoding: '', kind: '', reference: '', enqueueAt: undefined, bytes: '', utf8: '' }
  while (reader.at < end) {
    const tag = reader.byte()
    if (tag === 0x2a) item.bytes = reader.byteText(end)
    else if (tag === 0x1a) item.reference = reader.text(end, like?.reference)
    else if (tag === 0x12) item.kind = reader.text(end, like?.kind)
    else if (tag === 0x0a) item.encoding = reader.text(end, like?.encoding)
    else if (tag === 0x32) item.utf8 = reader.text(end)
    else if (tag === 0x22 && item.enqueueAt === undefined) item.enqueueAt = reader.timestamp(end)
    else reader.giveUp()
  }
  return item
}

/** Encodes a request. Items with an `enqueueAt` are left to the general codec. */
export function encodeProduce(request: RequestInit<'queueProduce'>): Uint8Array | undefined {
  const { queueName = '', requestTimeout = '', items = [] } = request
  if (typeof queueName !== 'string' || typeof requestTimeout !== 'string' || !Array.isArray(items)) return undefined
  if (hasOthers(request, FIELDS)) return undefined
  const [nameSize, timeoutSize] = [textSize(queueName), textSize(requestTimeout)]
  let total = fieldSize(nameSize) + fieldSize(timeoutSize)
  const sizes: number[] = []
  for (const item of items) {
    const size = itemSize(item)
    if (size < 0) return undefined
    sizes.push(size)
    total += partSize(size)
  }
  if (Number.isNaN(total)) return undefined
  const writer = new OrdinaryWriter(total)
  writer.text(0x0a, queueName, nameSize)
  writer.text(0x12, requestTimeout, timeoutSize)
  for (let index = 0; index < items.length; index++) {
    writer.head(0x1a, sizes[index] as number)
    writeItem(writer, items[index])
  }
  return writer.bytes
}

type GivenItem = NonNullable<RequestInit<'queueProduce'>['items']>[number]

const FIELDS = { queueName: true, requestTimeout: true, items: true }
const ITEM_FIELDS = { encoding: true, kind: true, reference: true, utf8: true, bytes: true, enqueueAt: true }
const NO_BYTES = new Uint8Array()

/** Returns the size of an item, or -1 if it is not ordinary. */
function itemSize(item: GivenItem): number {
  if (typeof item !== 'object' || item === null || item.enqueueAt !== undefined || hasOthers(item, ITEM_FIELDS))
    return -1
  const { encoding = '', kind = '', reference = '', utf8 = '', bytes = NO_BYTES } = item
  if (typeof encoding !== 'string' || typeof kind !== 'string' || typeof reference !== 'string') return -1
  if (typeof utf8 !== 'string' || !isBytes(bytes)) return -1
  const texts = fieldSize(textSize(encoding)) + fieldSize(textSize(kind)) + fieldSize(textSize(reference))
  return texts + fieldSize(bytes.length) + fieldSize(textSize(utf8))
}

function writeItem(writer: OrdinaryWriter, item: GivenItem): void {
  const { encoding = '', kind = '', reference = '', utf8 = '', bytes = NO_BYTES } = item
  writer.text(0x0a, encoding, textSize(encoding))
  writer.text(0x12, kind, textSize(kind))
  writer.text(0x1a, reference, textSize(reference))
  writer.copy(0x2a, bytes)
  writer.text(0x32, utf8, textSize(utf8))
}
