/** Messages to bytes and back, in both encodings. The server's side of reading is strict; the client's is lenient. */
import {
  type DescMessage,
  fromBinary,
  fromJsonString,
  type MessageShape,
  toBinary,
  toJsonString,
} from '@bufbuild/protobuf'
import { decodeBinary } from './binary/decode.js'
import type { Encoding } from './content-type.js'
import { decodeJson } from './json/decode.js'

const utf8 = new TextEncoder()

/** A message as bytes. JSON has the snake_case names, and leaves out what has its default (contract: admin.md §1.3). */
export function encode<D extends DescMessage>(schema: D, message: MessageShape<D>, encoding: Encoding): Uint8Array {
  return encoding === 'json' ? utf8.encode(toJsonString(schema, message)) : toBinary(schema, message)
}

/** Reads a request. @throws 455 when the bytes are not exactly such a message */
export function decodeRequest<D extends DescMessage>(
  schema: D,
  bytes: Uint8Array,
  encoding: Encoding,
): MessageShape<D> {
  return encoding === 'json' ? decodeJson(schema, bytes) : decodeBinary(schema, bytes)
}

/** Reads a response; fields of a newer server are ignored. @throws Error when the bytes are not such a message */
export function decodeResponse<D extends DescMessage>(
  schema: D,
  bytes: Uint8Array,
  encoding: Encoding,
): MessageShape<D> {
  if (encoding === 'protobuf') return fromBinary(schema, bytes, { readUnknownFields: false })
  return fromJsonString(schema, new TextDecoder().decode(bytes), { ignoreUnknownFields: true })
}
