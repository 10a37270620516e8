/** Checks that a request matches its type before it is encoded, so that no wrong value is sent as another one. */
import { type QueratorError, usageError } from '../errors.js'
import { isBytes } from '../protocol/byte-text.js'
import type { Field, FieldKind, MessageType } from '../protocol/messages/message.js'
import { halfPairAt } from '../protocol/well-formed.js'
import { atCallSite } from './call-site.js'
import { unknownText } from './known-options.js'

const WANTED: Record<FieldKind, string> = {
  string: 'a text',
  int32: 'a whole number of 32 bits',
  bool: 'true or false',
  bytes: 'a Uint8Array; for text use new TextEncoder().encode(…)',
  timestamp: 'a Date, or { seconds, nanos }',
  textMap: 'an object of texts',
}

/** How many characters are shown on each side of an error. */
const SHOWN = 20

/** @throws QueratorError with the wrong field and what it takes */
export function checkRequest(type: MessageType, request: unknown, path: string): void {
  if (!isObject(request)) throw wrong(path, `an object with the fields of ${type.name}`, request)
  for (const field of type.fields) {
    const value = request[field.local]
    if (value === undefined || value === null) continue
    const place = `${path}.${field.local}`
    if (!field.repeated) checkValue(field, value, place)
    else if (!Array.isArray(value)) throw wrong(place, 'a list', value)
    else for (const [index, one] of value.entries()) checkValue(field, one, `${place}[${index}]`)
  }
  checkNames(type, request, path)
}

/** @throws QueratorError if the request has a field that its type does not have */
function checkNames(type: MessageType, request: Record<string, unknown>, path: string): void {
  const known = type.fields.map(({ local }) => local)
  // The protobuf library adds fields with such names to its messages.
  const unknown = Object.keys(request).find((name) => !known.includes(name) && !name.startsWith('$'))
  if (unknown !== undefined) throw atCallSite(usageError(unknownText(path, unknown, known, 'field')))
}

function checkValue({ kind }: Field, value: unknown, place: string): void {
  if (typeof kind === 'object') checkRequest(kind, value, place)
  else if (!isOf(kind, value)) throw wrong(place, WANTED[kind], value)
  else if (kind === 'string') checkText(value as string, place)
}

/** @throws QueratorError if UTF-8 cannot encode the text: it would be sent as another, and different names could become equal */
function checkText(text: string, place: string): void {
  const at = halfPairAt(text)
  if (at < 0) return
  // JSON shows the half pair as an escape.
  const part = JSON.stringify(text.slice(Math.max(0, at - SHOWN), at + SHOWN))
  throw atCallSite(usageError(`${place} must be text without half surrogate pairs; got one at position ${at}: ${part}`))
}

function isOf(kind: FieldKind, value: unknown): boolean {
  if (kind === 'string') return typeof value === 'string'
  if (kind === 'int32') return typeof value === 'number' && value === (value | 0)
  if (kind === 'bool') return typeof value === 'boolean'
  if (kind === 'bytes') return isBytes(value)
  return isObject(value) && (kind === 'textMap' || isTimestamp(value))
}

function isTimestamp(value: Record<string, unknown>): boolean {
  // A Date of another realm is not an instanceof Date.
  if (typeof value.getTime === 'function') return Number.isFinite(value.getTime())
  const { seconds, nanos = 0 } = value
  const whole = typeof seconds === 'bigint' || Number.isSafeInteger(seconds)
  // The server checks whether they are within a second and within the calendar.
  return whole && isOf('int32', nanos)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function wrong(place: string, wanted: string, got: unknown): QueratorError {
  return atCallSite(usageError(`${place} takes ${wanted}; got ${typeof got === 'string' ? `'${got}'` : String(got)}`))
}
