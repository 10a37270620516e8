/** Reads JSON strings as strictly as the server, with its error messages. */
import { contentError, type QueratorError } from '../../errors.js'
import { hasBadBytes } from '../utf8.js'

/** A string and its end. */
export interface JsonString {
  readonly value: string
  /** The position after the string. */
  readonly end: number
}

/** An error in a string. Its position is always the beginning of the string. */
export class StringFault extends Error {}

/** Shorter slices are copies anyway. */
const SHORTEST_VIEW = 13
const RUN = /[^"\\\u0000-\u001f]*/y
const HEX = /^[0-9a-fA-F]{4}$/
/** The length of a backslash, `u` and four digits. */
const UNICODE_ESCAPE = 6
/** The letters of two-character escapes. */
const PLAIN_ESCAPES = '"\\/bfnrt'
/** How the server shows control characters. */
const SHOWN: Record<string, string> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
}

/** Returns the error for a text that ends too early. */
export function unexpectedEnd(): QueratorError {
  return contentError('proto: unexpected EOF')
}

/**
 * Reads the string whose quotation mark is at `start`. `isSound` means that the text has no bad bytes.
 * @throws StringFault, or 455 if the text ends too early
 */
export function readString(text: string, start: number, isSound: boolean): JsonString {
  let at = start + 1
  let isPlain = true
  for (;;) {
    RUN.lastIndex = at
    const run = (RUN.exec(text) as RegExpExecArray)[0]
    if (!isSound && hasBadBytes(run)) throw new StringFault('invalid UTF-8 in string')
    at += run.length
    const stop = text[at]
    if (stop === '"') {
      const raw = text.slice(start, at + 1)
      // The string is valid here, and JSON.parse is the fastest way to unescape it.
      return { value: isPlain ? ownCopy(raw.slice(1, -1)) : (JSON.parse(raw) as string), end: at + 1 }
    }
    if (stop === undefined) throw unexpectedEnd()
    if (stop !== '\\') throw new StringFault(`invalid character '${quoted(stop)}' in string`)
    isPlain = false
    at = escapeEnd(text, at)
  }
}

/** Returns the end of an escape. For the first half of a surrogate pair, returns the end of the second half. */
function escapeEnd(text: string, at: number): number {
  const letter = text[at + 1]
  if (letter === undefined) throw unexpectedEnd()
  if (letter !== 'u') {
    if (!PLAIN_ESCAPES.includes(letter)) throw badEscape(text, at, 2)
    return at + 2
  }
  const unit = codeUnit(text, at)
  const next = at + UNICODE_ESCAPE
  if (unit < 0xd800 || unit > 0xdfff) return next
  if (text.length < next + UNICODE_ESCAPE) throw unexpectedEnd()
  const isPair = unit < 0xdc00 && text.startsWith('\\u', next)
  const low = isPair ? codeUnit(text, next) : 0
  if (low < 0xdc00 || low > 0xdfff) throw badEscape(text, next, UNICODE_ESCAPE)
  return next + UNICODE_ESCAPE
}

function codeUnit(text: string, at: number): number {
  if (text.length < at + UNICODE_ESCAPE) throw unexpectedEnd()
  const digits = text.slice(at + 2, at + UNICODE_ESCAPE)
  if (!HEX.test(digits)) throw badEscape(text, at, UNICODE_ESCAPE)
  return Number.parseInt(digits, 16)
}

function badEscape(text: string, at: number, length: number): StringFault {
  const parts = [...text.slice(at, at + length)].map((character) =>
    character === '"' || character === '\\' ? `\\${character}` : quoted(character),
  )
  return new StringFault(`invalid escape code "${parts.join('')}" in string`)
}

/** Returns a character as the server shows it in quotation marks. */
function quoted(character: string): string {
  const code = character.charCodeAt(0)
  if (hasBadBytes(character)) return `\\x${(code & 0xff).toString(16)}`
  if (code >= 0x20 && code !== 0x7f) return character
  return SHOWN[character] ?? `\\x${code.toString(16).padStart(2, '0')}`
}

/** Returns a copy. In V8 a longer slice is a view, which would keep the whole request in memory for one string. */
function ownCopy(text: string): string {
  return text.length < SHORTEST_VIEW ? text : Buffer.from(text, 'utf8').toString('utf8')
}
