/**
 * Messages to bytes and back, in both encodings. The server's side of reading is strict, and has bytes as texts; the
 * client's is lenient, and has `Uint8Array`s.
 *
 * The general codec works from the tables of fields. The hot messages have one made by hand for the binary encoding;
 * which those are is said here and nowhere else, and `test/unit/hot-codec.test.ts` holds both to each other.
 */
import { decodeBinary } from './binary/decode.js'
import { encodeBinary } from './binary/encode.js'
import { byteTextOf } from './byte-text.js'
import type { Encoding } from './content-type.js'
import { decodeComplete, encodeComplete } from './fast/complete.js'
import { decodeLease, decodeLeased, encodeLeased } from './fast/lease.js'
import { decodeProduce, encodeProduce } from './fast/produce.js'
import { decodeJson } from './json/decode.js'
import { encodeJson } from './json/encode.js'
import type { MessageType } from './messages/message.js'
import { QueueCompleteRequest, QueueLeaseRequest, QueueLeaseResponse, QueueProduceRequest } from './messages/queue.js'

type Values = Readonly<Record<string, unknown>>

/** A message by hand. Each returns undefined for what it leaves to the general codec. */
interface Hot {
  readonly encode?: (message: never) => Uint8Array | undefined
  /** On the server's side for requests, on the client's for responses. */
  readonly decode: (bytes: Uint8Array) => unknown
}

const HOT = new Map<MessageType, Hot>([
  [QueueProduceRequest, { encode: encodeProduce, decode: decodeProduce }],
  [QueueLeaseRequest, { decode: decodeLease }],
  [QueueLeaseResponse, { encode: encodeLeased, decode: decodeLeased }],
  [QueueCompleteRequest, { encode: encodeComplete, decode: decodeComplete }],
])

/** Writes a message, whose values must be of the right kinds; fields may be left out. */
export function encode(type: MessageType, message: Values, encoding: Encoding): Uint8Array {
  if (encoding === 'json') return Buffer.from(encodeJson(type, message), 'utf8')
  return encodeHot(type, message) ?? encodeBinary(type, message)
}

/** The bytes of a hot message in its ordinary form, whose kinds are looked at on the way; undefined for all others. */
export function encodeHot(type: MessageType, message: Values): Uint8Array | undefined {
  return HOT.get(type)?.encode?.(message as never)
}

/** Reads a request. @throws 455 when the bytes are not exactly such a message */
export function decodeRequest(type: MessageType, bytes: Uint8Array, encoding: Encoding): unknown {
  if (encoding === 'json') return decodeJson(type, bytes, { makeBytes: byteTextOf, lenient: false })
  return HOT.get(type)?.decode(bytes) ?? decodeBinary(type, bytes, byteTextOf)
}

/** Reads a response; fields of a newer server are ignored. @throws QueratorError when the bytes are no such message */
export function decodeResponse(type: MessageType, bytes: Uint8Array, encoding: Encoding): unknown {
  if (encoding === 'json') return decodeJson(type, bytes, { makeBytes: (made) => made, lenient: true })
  return HOT.get(type)?.decode(bytes) ?? decodeBinary(type, bytes, plainBytes)
}

/** Bytes as users have them: a `Buffer` would be printed, and compared, as another thing. */
function plainBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
