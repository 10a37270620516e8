/**
 * Decodes protobuf as strictly as the server. Lengths are checked, text must be UTF-8, and a field with the wrong wire type counts as
 * unknown.
 *
 * Elements of a list beyond `Field.most` are checked in the same way, but not kept.
 */
import { QueratorError } from '../../errors.js'
import { countOne } from '../messages/counted.js'
import { emptyMessage, type Field, type MessageType, type NoBytes } from '../messages/message.js'
import { WireReader, WireType } from './wire-reader.js'

type Values = Record<string, unknown>

/** Converts the bytes of a field. */
export type MakeBytes = (bytes: Uint8Array) => unknown

/** Decodes a message. @throws 455 with the server's message */
export function decodeBinary(type: MessageType, bytes: Uint8Array, makeBytes: MakeBytes): Values {
  return new MessageReader(new WireReader(bytes), makeBytes).read(type)
}

class MessageReader implements NoBytes {
  readonly #reader: WireReader
  readonly #makeBytes: MakeBytes
  #noBytes: unknown

  constructor(reader: WireReader, makeBytes: MakeBytes) {
    this.#reader = reader
    this.#makeBytes = makeBytes
  }

  /** Created on demand and shared by all messages: empty bytes cannot be changed. */
  get noBytes(): unknown {
    this.#noBytes ??= this.#makeBytes(new Uint8Array())
    return this.#noBytes
  }

  /** Reads a message up to the end of the entered range. */
  read(type: MessageType): Values {
    const reader = this.#reader
    const message = emptyMessage(type, this)
    while (!reader.atEnd) {
      const tag = reader.tag()
      const field = knownField(type, tag)
      if (field === undefined) reader.skip(tag)
      else if (field.repeated) this.#element(type, field, message[field.local] as unknown[])
      else this.#field(type, field, message)
    }
    return message
  }

  /** Skips a message, but checks it. */
  #check(type: MessageType): void {
    const reader = this.#reader
    while (!reader.atEnd) {
      const tag = reader.tag()
      const field = knownField(type, tag)
      if (typeof field?.kind === 'object') this.#checkNested(field.kind)
      else if (field?.kind === 'string') this.#checkText(type, field)
      else if (field?.kind === 'timestamp') this.#checkTimestamp()
      else reader.skip(tag)
    }
  }

  #element(type: MessageType, field: Field, list: unknown[]): void {
    const { kind } = field
    if (list.length < field.most) list.push(typeof kind === 'object' ? this.#nested(kind) : this.#scalar(type, field))
    else {
      countOne(list)
      if (typeof kind === 'object') this.#checkNested(kind)
      else if (kind === 'string') this.#checkText(type, field)
      else this.#scalar(type, field)
    }
  }

  #field(type: MessageType, field: Field, message: Values): void {
    const { local, kind } = field
    if (kind === 'textMap') this.#entry(type, field, message[local] as Record<string, string>)
    else if (kind === 'timestamp') message[local] = this.#timestamp(message[local] as Values | undefined)
    else message[local] = this.#scalar(type, field)
  }

  #scalar(type: MessageType, field: Field): unknown {
    const { kind } = field
    if (kind === 'int32') return this.#reader.varint()
    if (kind === 'bool') return this.#reader.bool()
    if (kind === 'string') return this.#text(type, field)
    const bytes = this.#reader.slice()
    return bytes.length === 0 ? this.noBytes : this.#makeBytes(bytes)
  }

  #text(type: MessageType, field: Field): string {
    const text = this.#reader.text()
    if (text === undefined) throw noUtf8(type, field)
    return text
  }

  #checkText(type: MessageType, field: Field): void {
    if (!this.#reader.passText()) throw noUtf8(type, field)
  }

  #nested(type: MessageType): Values {
    const outer = this.#reader.enter()
    const message = this.read(type)
    this.#reader.leave(outer)
    return message
  }

  #checkNested(type: MessageType): void {
    const outer = this.#reader.enter()
    this.#check(type)
    this.#reader.leave(outer)
  }

  /** Reads a timestamp. A repeated one is merged. */
  #timestamp(known: Values | undefined): Values {
    const reader = this.#reader
    const timestamp: Values = known ?? { seconds: 0n, nanos: 0 }
    const outer = reader.enter()
    while (!reader.atEnd) {
      const tag = reader.tag()
      if (tag === (1 << 3) + WireType.varint) timestamp.seconds = reader.varint64()
      else if (tag === (2 << 3) + WireType.varint) timestamp.nanos = reader.varint()
      else reader.skip(tag)
    }
    reader.leave(outer)
    return timestamp
  }

  #checkTimestamp(): void {
    const outer = this.#reader.enter()
    while (!this.#reader.atEnd) this.#reader.skip(this.#reader.tag())
    this.#reader.leave(outer)
  }

  #entry(type: MessageType, field: Field, map: Record<string, string>): void {
    const reader = this.#reader
    const outer = reader.enter()
    let name = ''
    let value = ''
    while (!reader.atEnd) {
      const tag = reader.tag()
      if (tag === (1 << 3) + WireType.bytes) name = this.#text(type, field)
      else if (tag === (2 << 3) + WireType.bytes) value = this.#text(type, field)
      else reader.skip(tag)
    }
    reader.leave(outer)
    Object.defineProperty(map, name, { value, enumerable: true, writable: true, configurable: true })
  }
}

/** Returns the field of a tag, or `undefined` if the type has none with this number and wire type. */
function knownField(type: MessageType, tag: number): Field | undefined {
  const field = type.byNumber.get(tag >>> 3)
  if (field === undefined) return undefined
  const layout = field.kind === 'int32' || field.kind === 'bool' ? WireType.varint : WireType.bytes
  return (tag & 7) === layout ? field : undefined
}

function noUtf8(type: MessageType, field: Field): QueratorError {
  // The server does not say which field.
  const details = { field: `${type.name}.${field.name}` }
  return new QueratorError(455, 'string field contains invalid UTF-8', { details })
}
