/**
 * Decodes ordinary JSON with `JSON.parse`, which is several times as fast as our own reader. It accepts more than the server does, so
 * whatever could be one of these cases is left to the reader, errors included. `test/unit/ordinary-json.test.ts` compares both.
 */
import { isUtf8 } from 'node:buffer'
import { emptyMessage, type Field, type MessageType, type NoBytes } from '../messages/message.js'
import { isShowable } from '../timestamp.js'
import type { JsonReading } from './decode.js'
import { bytesFrom, timestampFrom } from './scalars.js'

type Values = Record<string, unknown>

/** Longer bodies, and those with more objects and lists, could become far larger in memory than they are. */
const LONGEST = 2_000_000
const MOST_OBJECTS = 5000

/**
 * A number that JSON.parse may round, such as `1.0000000000000000001`. It stands behind a name, because no field is a list of numbers. In a
 * string, a backslash stands before the quotation mark.
 */
const UNSURE_NUMBER = /[A-Za-z_]"[ \t\r\n]*:[ \t\r\n]*-?[0-9]+[.eE]/

const QUOTE = 0x22
const BACKSLASH = 0x5c
const BRACE = 0x7b
const BRACKET = 0x5b

/** Decodes a message. Returns `undefined` for what it leaves to the reader. */
export function decodeOrdinaryJson(type: MessageType, bytes: Uint8Array, reading: JsonReading): Values | undefined {
  const quotes = quotesIfOrdinary(bytes)
  if (quotes === undefined || !isUtf8(bytes)) return undefined
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  if (UNSURE_NUMBER.test(text)) return undefined
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return undefined
  }
  const reader = new OrdinaryReader(reading)
  const message = reader.message(type, parsed)
  // JSON.parse keeps only the last of two equal names, so some quotation marks are missing then.
  return message !== undefined && reader.quotes === quotes ? message : undefined
}

/** Counts the quotation marks. Returns `undefined` if the text may have half a surrogate pair, or is not ordinary in size. */
function quotesIfOrdinary(bytes: Uint8Array): number | undefined {
  if (bytes.length > LONGEST) return undefined
  let quotes = 0
  let objects = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number
    if (byte === QUOTE) quotes++
    else if (byte === BRACE || byte === BRACKET) objects++
    // `\u`: JSON.parse takes half a surrogate pair.
    else if (byte === BACKSLASH && bytes[at + 1] === 0x75) return undefined
  }
  return objects > MOST_OBJECTS ? undefined : quotes
}

/** Turns what JSON.parse made into messages, by the tables of fields. Every method returns `undefined` for what is not ordinary. */
class OrdinaryReader implements NoBytes {
  /** The quotation marks of the names and strings so far. */
  quotes = 0
  readonly #reading: JsonReading
  #noBytes: unknown

  constructor(reading: JsonReading) {
    this.#reading = reading
  }

  get noBytes(): unknown {
    this.#noBytes ??= this.#reading.makeBytes(new Uint8Array())
    return this.#noBytes
  }

  message(type: MessageType, parsed: unknown): Values | undefined {
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined
    const message = emptyMessage(type, this)
    let seen = 0
    for (const name in parsed) {
      const field = type.byName.get(name)
      if (field === undefined) return undefined
      const bit = 1 << type.fields.indexOf(field)
      // Both names of one field.
      if ((seen & bit) !== 0) return undefined
      seen |= bit
      this.quotes += 2
      const given = (parsed as Values)[name]
      if (given === null) continue
      const value = field.repeated ? this.#list(field, given) : this.#value(field, given)
      if (value === undefined) return undefined
      message[field.local] = value
    }
    return message
  }

  #list(field: Field, given: unknown): unknown[] | undefined {
    if (!Array.isArray(given) || given.length > field.most) return undefined
    const values: unknown[] = []
    for (const one of given) {
      const value = this.#value(field, one)
      if (value === undefined) return undefined
      values.push(value)
    }
    return values
  }

  #value({ kind }: Field, given: unknown): unknown {
    if (typeof kind === 'object') return this.message(kind, given)
    if (kind === 'bool') return typeof given === 'boolean' ? given : undefined
    // Adding 0 makes 0 of -0.
    if (kind === 'int32') return typeof given === 'number' && (given | 0) === given ? given + 0 : undefined
    if (typeof given !== 'string' || kind === 'textMap') return undefined
    this.quotes += 2 + quotesWithin(given)
    if (kind === 'string') return given
    if (kind === 'bytes') return this.#bytes(given)
    const timestamp = timestampFrom(given)
    return timestamp !== undefined && isShowable(timestamp) ? timestamp : undefined
  }

  #bytes(given: string): unknown {
    const bytes = bytesFrom(given)
    return bytes && this.#reading.makeBytes(bytes)
  }
}

function quotesWithin(text: string): number {
  let quotes = 0
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) quotes++
  return quotes
}
