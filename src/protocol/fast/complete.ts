/** The codec of queue.complete written by hand, for its ordinary form. See ordinary.ts. */
import { MOST_ITEMS } from '../messages/queue.js'
import type { RequestInit, RequestOf } from '../methods.js'
import { fieldSize, hasOthers, OrdinaryReader, OrdinaryWriter, partSize, textSize, varintSize } from './ordinary.js'

/** Decodes a request. */
export function decodeComplete(bytes: Uint8Array): RequestOf<'queueComplete'> | undefined {
  const reader = new OrdinaryReader(bytes)
  const request = { queueName: '', partition: 0, requestTimeout: '', ids: [] as string[] }
  const end = bytes.length
  while (reader.at < end) {
    const tag = reader.byte()
    if (tag === 0x22 && request.ids.length < MOST_ITEMS) request.ids.push(reader.text(end))
    else if (tag === 0x0a) request.queueName = reader.text(end)
    else if (tag === 0x10) request.partition = reader.small()
    else if (tag === 0x1a) request.requestTimeout = reader.text(end)
    else return undefined
  }
  return reader.odd ? undefined : request
}

const FIELDS = { queueName: true, partition: true, requestTimeout: true, ids: true }

/** Encodes a request. */
export function encodeComplete(request: RequestInit<'queueComplete'>): Uint8Array | undefined {
  const { queueName = '', partition = 0, requestTimeout = '', ids = [] } = request
  if (typeof queueName !== 'string' || typeof requestTimeout !== 'string' || !Array.isArray(ids)) return undefined
  if (hasOthers(request, FIELDS)) return undefined
  if (!Number.isInteger(partition) || partition < 0 || partition > 0x7fffffff) return undefined
  const [nameSize, timeoutSize] = [textSize(queueName), textSize(requestTimeout)]
  let total = fieldSize(nameSize) + (partition === 0 ? 0 : 1 + varintSize(partition)) + fieldSize(timeoutSize)
  for (const id of ids) {
    // An empty id must be written too. That is rare enough for the general codec.
    if (typeof id !== 'string' || id === '') return undefined
    total += partSize(textSize(id))
  }
  if (Number.isNaN(total)) return undefined
  const writer = new OrdinaryWriter(total)
  writer.text(0x0a, queueName, nameSize)
  if (partition !== 0) writer.head(0x10, partition)
  writer.text(0x1a, requestTimeout, timeoutSize)
  for (const id of ids) writer.text(0x22, id, textSize(id))
  return writer.bytes
}
