/** Encodes JSON: names in snake_case, no defaults, bytes in base 64, and timestamps in RFC 3339. */
import { QueratorError } from '../../errors.js'
import type { Field, MessageType, TimestampInit } from '../messages/message.js'
import { exactTimestamp, isShowable } from '../timestamp.js'

type Values = Readonly<Record<string, unknown>>

/** Encodes a message. Its values must have the right types (docs/protocol/admin.md §1.3). */
export function encodeJson(type: MessageType, message: Values): string {
  return JSON.stringify(new JsonMaker().jsonOf(type, message))
}

/** Makes the values that `JSON.stringify` writes. */
class JsonMaker {
  /** The last timestamp and its text, because all items of a lease share their deadline. */
  #timestamp: TimestampInit | undefined
  #text = ''

  jsonOf(type: MessageType, message: Values): Values {
    const json: Record<string, unknown> = {}
    for (const field of type.fields) {
      const value = message[field.local]
      if (value === undefined || value === null || isDefault(field, value)) continue
      json[field.json] = field.repeated
        ? (value as unknown[]).map((one) => this.#value(field, one))
        : this.#value(field, value)
    }
    return json
  }

  #value({ kind }: Field, value: unknown): unknown {
    if (typeof kind === 'object') return this.jsonOf(kind, value as Values)
    if (kind === 'timestamp') return this.#timestampText(value as TimestampInit)
    if (kind !== 'bytes') return value
    const bytes = typeof value === 'string' ? Buffer.from(value, 'latin1') : Buffer.from(value as Uint8Array)
    return bytes.toString('base64')
  }

  #timestampText(value: TimestampInit): string {
    if (this.#timestamp !== value) {
      this.#text = timestampText(value)
      this.#timestamp = value
    }
    return this.#text
  }
}

function isDefault({ kind }: Field, value: unknown): boolean {
  if (kind === 'textMap') return Object.keys(value as object).length === 0
  return value === 0 || value === false || (value as { length?: number }).length === 0
}

/** Formats RFC 3339 with 0, 3, 6 or 9 decimals. @throws 500 for a time outside of its range, as the server does */
function timestampText(value: TimestampInit): string {
  const timestamp = exactTimestamp(value)
  const { seconds, nanos } = timestamp
  if (!isShowable(timestamp)) {
    // The server looks at the seconds first.
    const areNanosWrong = isShowable({ seconds, nanos: 0 })
    const wrong = areNanosWrong ? `nanos out of range ${nanos}` : `seconds out of range ${seconds}`
    throw new QueratorError(500, `proto: google.protobuf.Timestamp: ${wrong}`)
  }
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19)
  if (nanos === 0) return `${whole}Z`
  const decimals = String(nanos)
    .padStart(9, '0')
    .replace(/(?:000){1,2}$/, '')
  return `${whole}.${decimals}Z`
}
