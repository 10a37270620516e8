/** Encodes protobuf: fields in the order of their numbers, without defaults. */
import type { Field, MessageType, TimestampInit } from '../messages/message.js'
import { exactTimestamp } from '../timestamp.js'
import { WireType } from './wire-reader.js'
import { WireWriter } from './wire-writer.js'

type Values = Readonly<Record<string, unknown>>

/** Encodes a message. Its values must have the right types. */
export function encodeBinary(type: MessageType, message: Values): Uint8Array {
  const writer = new WireWriter()
  writeMessage(writer, type, message)
  return writer.finish()
}

function writeMessage(writer: WireWriter, type: MessageType, message: Values): void {
  for (const field of type.fields) {
    const value = message[field.local]
    if (value === undefined || value === null) continue
    if (field.repeated) for (const one of value as unknown[]) writeValue(writer, field, one)
    else if (!isDefault(value)) writeValue(writer, field, value)
  }
}

function isDefault(value: unknown): boolean {
  return value === 0 || value === false || (value as { length?: number }).length === 0
}

function writeValue(writer: WireWriter, { number, kind }: Field, value: unknown): void {
  if (kind === 'textMap') {
    for (const [name, text] of Object.entries(value as Record<string, string>)) {
      writer.tag(number, WireType.bytes)
      writer.nested(() => writeTexts(writer, name, text))
    }
    return
  }
  const varint = kind === 'int32' || kind === 'bool'
  writer.tag(number, varint ? WireType.varint : WireType.bytes)
  if (varint) writer.varint(Number(value))
  else if (kind === 'string') writer.text(value as string)
  else if (kind === 'bytes') writer.bytes(value as Uint8Array | string)
  else if (kind === 'timestamp') writer.nested(() => writeTimestamp(writer, value as TimestampInit))
  else writer.nested(() => writeMessage(writer, kind as MessageType, value as Values))
}

function writeTexts(writer: WireWriter, first: string, second: string): void {
  writer.tag(1, WireType.bytes)
  writer.text(first)
  writer.tag(2, WireType.bytes)
  writer.text(second)
}

function writeTimestamp(writer: WireWriter, value: TimestampInit): void {
  const { seconds, nanos } = exactTimestamp(value)
  if (seconds !== 0n) {
    writer.tag(1, WireType.varint)
    writer.varint64(seconds)
  }
  if (nanos !== 0) {
    writer.tag(2, WireType.varint)
    writer.varint(nanos)
  }
}
