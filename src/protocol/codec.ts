/**
 * Encodes and decodes messages in both encodings. The server side decodes strictly and gets bytes as strings. The client side decodes
 * leniently and gets bytes as `Uint8Array`s.
 *
 * Ordinary JSON is decoded with `JSON.parse`, see json/ordinary.ts.
 *
 * The general codec works with the tables of fields. Fast messages also have a codec written by hand for the binary encoding. They are
 * listed only here, and `test/unit/fast-codec.test.ts` compares both codecs.
 */
import { decodeBinary } from './binary/decode.js'
import { encodeBinary } from './binary/encode.js'
import { byteTextOf } from './byte-text.js'
import type { Encoding } from './content-type.js'
import { decodeComplete, encodeComplete } from './fast/complete.js'
import { decodeLease, decodeLeased, encodeLeased } from './fast/lease.js'
import { decodeProduce, encodeProduce } from './fast/produce.js'
import { decodeJson, type JsonReading } from './json/decode.js'
import { encodeJson } from './json/encode.js'
import { decodeOrdinaryJson } from './json/ordinary.js'
import type { MessageType } from './messages/message.js'
import { QueueCompleteRequest, QueueLeaseRequest, QueueLeaseResponse, QueueProduceRequest } from './messages/queue.js'

type Values = Readonly<Record<string, unknown>>

/** A codec written by hand. Both functions return `undefined` for what they leave to the general codec. */
interface Fast {
  readonly encode?: (message: never) => Uint8Array | undefined
  /** Used on the server side for requests, and on the client side for responses. */
  readonly decode: (bytes: Uint8Array) => unknown
}

const FAST = new Map<MessageType, Fast>([
  [QueueProduceRequest, { encode: encodeProduce, decode: decodeProduce }],
  [QueueLeaseRequest, { decode: decodeLease }],
  [QueueLeaseResponse, { encode: encodeLeased, decode: decodeLeased }],
  [QueueCompleteRequest, { encode: encodeComplete, decode: decodeComplete }],
])

/** Encodes a message. Its values must have the right types. Fields may be left out. */
export function encode(type: MessageType, message: Values, encoding: Encoding): Uint8Array {
  if (encoding === 'json') return Buffer.from(encodeJson(type, message), 'utf8')
  return encodeFast(type, message) ?? encodeBinary(type, message)
}

/** Encodes a hot message in its ordinary form, checking the types of its values. Returns `undefined` for all others. */
export function encodeFast(type: MessageType, message: Values): Uint8Array | undefined {
  return FAST.get(type)?.encode?.(message as never)
}

/** Decodes a request. @throws 455 if the bytes are not exactly such a message */
export function decodeRequest(type: MessageType, bytes: Uint8Array, encoding: Encoding): unknown {
  if (encoding === 'json') return readJson(type, bytes, { makeBytes: byteTextOf, lenient: false })
  return FAST.get(type)?.decode(bytes) ?? decodeBinary(type, bytes, byteTextOf)
}

/** Decodes a response. Ignores fields of a newer server. @throws QueratorError if the bytes are not such a message */
export function decodeResponse(type: MessageType, bytes: Uint8Array, encoding: Encoding): unknown {
  if (encoding === 'json') return readJson(type, bytes, { makeBytes: plainBytes, lenient: true })
  return FAST.get(type)?.decode(bytes) ?? decodeBinary(type, bytes, plainBytes)
}

function readJson(type: MessageType, bytes: Uint8Array, reading: JsonReading): unknown {
  return decodeOrdinaryJson(type, bytes, reading) ?? decodeJson(type, bytes, reading)
}

/** Returns bytes as a plain `Uint8Array`. A `Buffer` is printed and compared differently. */
function plainBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
