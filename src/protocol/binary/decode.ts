/**
 * Protobuf bytes to a message, as strictly as the server: lengths are checked, text must be UTF-8, and a field of
 * another layout than its own counts as unknown. (The library's reader trusts tags and lengths.)
 */
import { isUtf8 } from 'node:buffer'
import { create, type DescField, type DescMessage, type MessageShape, ScalarType } from '@bufbuild/protobuf'
import { contentError } from '../../errors.js'
import { WireReader, WireType } from './wire.js'

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
const fieldsByNumber = new WeakMap<DescMessage, Map<number, DescField>>()

type Fields = Record<string, unknown>

/** Reads a message; bytes fields are views of `bytes`. @throws 455 with the server's words */
export function decodeBinary<D extends DescMessage>(schema: D, bytes: Uint8Array): MessageShape<D> {
  const message = create(schema)
  readInto(schema, message as unknown as Fields, bytes)
  return message
}

function readInto(schema: DescMessage, message: Fields, bytes: Uint8Array): void {
  const reader = new WireReader(bytes)
  const fields = fieldsOf(schema)
  while (!reader.atEnd) {
    const { field: number, wireType } = reader.tag()
    const field = fields.get(number)
    if (field === undefined || wireType !== wireTypeOf(field)) reader.skip(number, wireType)
    else readField(schema, message, field, reader)
  }
}

function fieldsOf(schema: DescMessage): Map<number, DescField> {
  const known = fieldsByNumber.get(schema)
  if (known !== undefined) return known
  const fields = new Map(schema.fields.map((field) => [field.number, field]))
  fieldsByNumber.set(schema, fields)
  return fields
}

function wireTypeOf(field: DescField): number {
  const varint =
    field.scalar === ScalarType.INT32 || field.scalar === ScalarType.BOOL || field.scalar === ScalarType.INT64
  return varint ? WireType.varint : WireType.bytes
}

function readField(schema: DescMessage, message: Fields, field: DescField, reader: WireReader): void {
  const name = field.localName
  if (field.message !== undefined) {
    const bytes = reader.slice()
    // A message given twice is merged; in a list each is one of its own.
    const known = field.fieldKind === 'list' ? undefined : message[name]
    const child = (known ?? create(field.message)) as Fields
    readInto(field.message, child, bytes)
    if (field.fieldKind === 'list') (message[name] as unknown[]).push(child)
    else message[name] = child
    return
  }
  const value = readScalar(schema, field, reader)
  if (field.fieldKind === 'list') (message[name] as unknown[]).push(value)
  else message[name] = value
}

function readScalar(schema: DescMessage, field: DescField, reader: WireReader): unknown {
  switch (field.scalar) {
    case ScalarType.INT32:
      return reader.varint()
    case ScalarType.INT64:
      return reader.varint64()
    case ScalarType.BOOL:
      return reader.bool()
    case ScalarType.BYTES:
      return reader.slice()
    case ScalarType.STRING: {
      const bytes = reader.slice()
      if (!isUtf8(bytes)) {
        throw contentError(`proto: field ${schema.typeName}.${field.name} contains invalid UTF-8`)
      }
      return utf8.decode(bytes)
    }
    default:
      throw new Error(`fields of type ${field.scalar} are not part of the protocol`)
  }
}
