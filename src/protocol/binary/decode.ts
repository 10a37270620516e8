/**
 * Protobuf bytes to a message, as strictly as the server: lengths are checked, text must be UTF-8, and a field of
 * another layout than its own counts as unknown.
 */

import { isUtf8 } from 'node:buffer'
import { TextDecoder } from 'node:util'
import { QueratorError } from '../../errors.js'
import { emptyMessage, type Field, type MessageType } from '../messages/message.js'
import { WireReader, WireType } from './wire-reader.js'

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

type Values = Record<string, unknown>

/** What a reader makes of the bytes of a field. */
export type MakeBytes = (bytes: Uint8Array) => unknown

/** Reads a message. @throws 455 with the server's words */
export function decodeBinary(type: MessageType, bytes: Uint8Array, makeBytes: MakeBytes): Values {
  const message = emptyMessage(type, () => makeBytes(bytes.subarray(0, 0)))
  const reader = new WireReader(bytes)
  while (!reader.atEnd) {
    const { field: number, wireType } = reader.tag()
    const field = type.byNumber.get(number)
    if (field === undefined || wireType !== wireTypeOf(field)) reader.skip(number, wireType)
    else readField(type, message, field, reader, makeBytes)
  }
  return message
}

function wireTypeOf({ kind }: Field): number {
  return kind === 'int32' || kind === 'bool' ? WireType.varint : WireType.bytes
}

function readField(type: MessageType, message: Values, field: Field, reader: WireReader, makeBytes: MakeBytes): void {
  const { local, kind } = field
  if (kind === 'textMap') readEntry(type, field, message[local] as Record<string, string>, reader.slice())
  else if (kind === 'timestamp') message[local] = readTimestamp(message[local] as Values | undefined, reader.slice())
  else {
    const value = typeof kind === 'object' ? decodeBinary(kind, reader.slice(), makeBytes) : readScalar()
    if (field.repeated) (message[local] as unknown[]).push(value)
    else message[local] = value
  }

  function readScalar(): unknown {
    if (kind === 'int32') return reader.varint()
    if (kind === 'bool') return reader.bool()
    return kind === 'bytes' ? makeBytes(reader.slice()) : textOf(type, field, reader.slice())
  }
}

function textOf(type: MessageType, field: Field, bytes: Uint8Array): string {
  if (isUtf8(bytes)) return utf8.decode(bytes)
  // The server does not say which.
  const details = { field: `${type.name}.${field.name}` }
  throw new QueratorError(455, 'string field contains invalid UTF-8', { details })
}

/** A point in time; one given twice is merged. */
function readTimestamp(known: Values | undefined, bytes: Uint8Array): Values {
  const timestamp: Values = known ?? { seconds: 0n, nanos: 0 }
  const reader = new WireReader(bytes)
  while (!reader.atEnd) {
    const { field, wireType } = reader.tag()
    if (field === 1 && wireType === WireType.varint) timestamp.seconds = reader.varint64()
    else if (field === 2 && wireType === WireType.varint) timestamp.nanos = reader.varint()
    else reader.skip(field, wireType)
  }
  return timestamp
}

function readEntry(type: MessageType, field: Field, map: Record<string, string>, bytes: Uint8Array): void {
  const entry = { 1: '', 2: '' }
  const reader = new WireReader(bytes)
  while (!reader.atEnd) {
    const { field: number, wireType } = reader.tag()
    if ((number === 1 || number === 2) && wireType === WireType.bytes)
      entry[number] = textOf(type, field, reader.slice())
    else reader.skip(number, wireType)
  }
  Object.defineProperty(map, entry[1], { value: entry[2], enumerable: true, writable: true, configurable: true })
}
