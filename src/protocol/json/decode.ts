/**
 * Decodes JSON by the strict proto3 mapping (docs/protocol/admin.md §1.3). Both names of a field are accepted, an unknown or repeated
 * name is an error, and `null` means absent.
 *
 * Elements of a list beyond `Field.most` are checked in the same way, but not kept.
 */
import { countOne } from '../messages/counted.js'
import { emptyMessage, type Field, type FieldKind, type MessageType, type NoBytes } from '../messages/message.js'
import { isShowable } from '../timestamp.js'
import { bytesFrom, int32From, timestampFrom } from './scalars.js'
import { JsonTokens, numberIn, type Token } from './tokens.js'

type Values = Record<string, unknown>

/** How to decode JSON. */
export interface JsonReading {
  /** Converts the bytes of a field. */
  makeBytes(bytes: Uint8Array): unknown
  /** Whether unknown names are ignored. A client does so, because a newer server may add some. */
  readonly lenient: boolean
}

const TIMESTAMP = 'google.protobuf.Timestamp'

/** Decodes a message. @throws 455 with the server's message if the text is not one */
export function decodeJson(type: MessageType, bytes: Uint8Array, reading: JsonReading): Values {
  const reader = new JsonReader(new JsonTokens(bytes), reading)
  return reader.read(type)
}

class JsonReader implements NoBytes {
  readonly tokens: JsonTokens
  readonly reading: JsonReading
  #noBytes: unknown

  constructor(tokens: JsonTokens, reading: JsonReading) {
    this.tokens = tokens
    this.reading = reading
  }

  /** Created on demand and shared by all messages: empty bytes cannot be changed. */
  get noBytes(): unknown {
    this.#noBytes ??= this.reading.makeBytes(new Uint8Array())
    return this.#noBytes
  }

  read(type: MessageType): Values {
    const message = emptyMessage(type, this)
    this.#message(type, this.tokens.next(), message)
    // Only the end may follow; anything else throws.
    this.tokens.next()
    return message
  }

  /** Reads a message into `message`. If that is `undefined`, only checks it. */
  #message(type: MessageType, first: Token, message: Values | undefined): void {
    // A bit for each field that was present. No type has more than 31 fields.
    let seen = 0
    this.#members(first, (name) => {
      const field = type.byName.get(name.value)
      if (field === undefined) {
        if (!this.reading.lenient) throw this.tokens.error(name.at, `unknown field ${name.raw}`)
        this.#pass(this.tokens.next())
        return
      }
      const bit = 1 << type.fields.indexOf(field)
      if ((seen & bit) !== 0) throw this.tokens.error(name.at, `duplicate field ${name.raw}`)
      seen |= bit
      const value = this.#field(field)
      if (value !== undefined && message !== undefined) message[field.local] = value
    })
  }

  /** Reads an object. Calls `read` with each name to read its value. */
  #members(first: Token, read: (name: Token) => void): void {
    const { tokens } = this
    if (first.kind !== '{') throw tokens.unexpected(first)
    for (let name = tokens.next(); name.kind !== '}'; name = tokens.next()) read(name)
  }

  /** Reads a list. Calls `read` with the first token of each element. */
  #elements(first: Token, read: (token: Token) => void): void {
    if (first.kind !== '[') throw this.tokens.unexpected(first)
    for (let token = this.tokens.next(); token.kind !== ']'; token = this.tokens.next()) read(token)
  }

  /** Reads the value of a field. `undefined` if it is null. */
  #field(field: Field): unknown {
    const first = this.tokens.next()
    if (first.kind === 'null') return undefined
    if (field.kind === 'textMap') return this.#textMap(field, first)
    if (!field.repeated) return this.#value(field, first)
    const values: unknown[] = []
    this.#elements(first, (token) => {
      if (values.length < field.most) {
        values.push(this.#value(field, token))
        return
      }
      countOne(values)
      if (typeof field.kind === 'object') this.#message(field.kind, token, undefined)
      else this.#value(field, token)
    })
    return values
  }

  #textMap(field: Field, first: Token): Record<string, unknown> {
    const entries: [string, unknown][] = []
    this.#members(first, (name) => {
      entries.push([name.value, this.#value({ ...field, kind: 'string' }, this.tokens.next())])
    })
    return Object.fromEntries(entries)
  }

  #value({ kind }: Field, token: Token): unknown {
    if (typeof kind === 'object') {
      const message = emptyMessage(kind, this)
      this.#message(kind, token, message)
      return message
    }
    if (kind === 'timestamp') return this.#timestamp(token)
    const value = this.#scalar(kind, token)
    if (value !== undefined) return value
    throw this.tokens.error(token.at, `invalid value for ${kind} type: ${token.raw}`)
  }

  #scalar(kind: FieldKind, token: Token): unknown {
    if (kind === 'string') return token.kind === 'string' ? token.value : undefined
    if (kind === 'bool') return token.kind === 'true' || token.kind === 'false' ? token.kind === 'true' : undefined
    if (kind === 'int32') return int32From(token.kind === 'string' ? numberIn(token.value) : token.raw)
    const bytes = token.kind === 'string' ? bytesFrom(token.value) : undefined
    return bytes === undefined ? undefined : this.reading.makeBytes(bytes)
  }

  #timestamp(token: Token): unknown {
    if (token.kind !== 'string') throw this.tokens.unexpected(token)
    const timestamp = timestampFrom(token.value)
    if (timestamp === undefined) throw this.tokens.error(token.at, `invalid ${TIMESTAMP} value ${token.raw}`)
    if (!isShowable(timestamp)) throw this.tokens.error(token.at, `${TIMESTAMP} value out of range: ${token.raw}`)
    return timestamp
  }

  /** Skips a value of any type. */
  #pass(first: Token): void {
    if (first.kind === '{') this.#members(first, () => this.#pass(this.tokens.next()))
    else if (first.kind === '[') this.#elements(first, (token) => this.#pass(token))
  }
}
