/** Splits JSON into tokens. */
import { isUtf8 } from 'node:buffer'
import { contentError, type QueratorError } from '../../errors.js'
import { textOf } from '../utf8.js'
import { readString, StringFault, unexpectedEnd } from './strings.js'

/** The kind of a token. A `name` is a string before a colon. */
export type TokenKind = '{' | '}' | '[' | ']' | 'name' | 'string' | 'number' | 'true' | 'false' | 'null' | 'end'

/** A token. */
export interface Token {
  readonly kind: TokenKind
  /** The start of the token in the text. */
  readonly at: number
  /** The token as written. */
  readonly raw: string
  /** The value of a name or string. */
  readonly value: string
}

/** A number. The digits of the exponent may be missing if something follows. */
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE](?=[\s\S])(?:[+-](?=[\s\S]))?[0-9]*)?(?![-+._a-zA-Z0-9])/y

const WORD = /(?:true|false|null)(?![-+._a-zA-Z0-9])/y
const WRONG = /[-+._a-zA-Z0-9]{1,32}|./suy
const NO_SCALARS = new Set(['start', '{', '[', 'name', ','])

/**
 * Reads JSON token by token, strictly. It checks which token may follow which, and keeps track of positions.
 *
 * The server's decoder rejects what `JSON.parse` accepts: a repeated name, half a surrogate pair, a number out of range. Its error
 * messages have a line and column, so these do too (docs/protocol/admin.md §1.2).
 */
export class JsonTokens {
  readonly #text: string
  readonly #isSound: boolean
  #at = 0
  /** The objects and lists around the current position. */
  readonly #open: ('{' | '[')[] = []
  #last: TokenKind | ',' | 'start' = 'start'

  constructor(bytes: Uint8Array) {
    this.#text = textOf(bytes)
    this.#isSound = isUtf8(bytes)
  }

  /** Returns the next token. @throws 455 if the text is not JSON */
  next(): Token {
    const token = this.#token()
    this.#check(token)
    this.#last = token.kind
    return token.kind === ',' ? this.next() : (token as Token)
  }

  /** Returns a syntax error. */
  syntaxError(at: number, what: string): QueratorError {
    return contentError(`proto: syntax error ${this.#position(at)}: ${what}`)
  }

  /** Returns the error for a token in the wrong place. */
  unexpected(token: { readonly at: number; readonly raw: string }): QueratorError {
    return this.syntaxError(token.at, `unexpected token ${token.raw}`)
  }

  /** Returns an error in a value or a name. */
  error(at: number, what: string): QueratorError {
    return contentError(`proto: ${this.#position(at)}: ${what}`)
  }

  #token(): { kind: TokenKind | ','; at: number; raw: string; value: string } {
    const at = this.#skipBlanks()
    const first = this.#text[at]
    if (first === undefined) return { kind: 'end', at, raw: '', value: '' }
    if (first === '"') return this.#string(at)
    if ('{}[],'.includes(first)) return this.#plain(first as TokenKind | ',', at, first)
    const number = this.#match(NUMBER)
    if (number !== '') return this.#plain('number', at, number)
    const word = this.#match(WORD)
    if (word !== '') return this.#plain(word as TokenKind, at, word)
    throw this.syntaxError(at, `invalid value ${this.#match(WRONG)}`)
  }

  #plain<K extends TokenKind | ','>(kind: K, at: number, raw: string) {
    this.#at = at + raw.length
    return { kind, at, raw, value: '' }
  }

  /** Reads a string, or a name with its colon. */
  #string(at: number): Token {
    try {
      const { value, end } = readString(this.#text, at, this.#isSound)
      this.#at = end
      const raw = this.#text.slice(at, end)
      const kind = this.#isValueNext() ? 'string' : this.#takeColon(at, raw)
      return { kind, at, raw, value }
    } catch (error) {
      if (error instanceof StringFault) throw this.syntaxError(at, error.message)
      throw error
    }
  }

  #takeColon(at: number, raw: string): 'name' {
    if (this.#last !== '{' && this.#last !== ',') throw this.unexpected({ at, raw })
    const colon = this.#text[this.#skipBlanks()]
    if (colon === undefined) throw unexpectedEnd()
    if (colon !== ':') {
      // The server shows only the first byte of a longer character.
      const byte = String.fromCharCode(firstByte(this.#text.slice(this.#at, this.#at + 2)))
      throw this.syntaxError(this.#at, `unexpected character ${byte}, missing ":" after field name`)
    }
    this.#at++
    return 'name'
  }

  /** Returns whether a value may come next. */
  #isValueNext(): boolean {
    const around = this.#open.at(-1)
    if (around === undefined) return this.#last === 'start'
    return around === '{' ? this.#last === 'name' : this.#last === '[' || this.#last === ','
  }

  /** @throws 455 if the token must not come next */
  #check(token: { readonly kind: TokenKind | ','; readonly at: number; readonly raw: string }): void {
    const { kind } = token
    if (kind === 'name' || kind === 'string') return
    if (kind === 'end') {
      if (this.#open.length > 0) throw unexpectedEnd()
    } else if (kind === ',') {
      if (this.#open.length === 0 || NO_SCALARS.has(this.#last)) throw this.unexpected(token)
    } else if (kind === '}' || kind === ']') {
      const begun = kind === '}' ? '{' : '['
      const lacks = this.#last === ',' || this.#last === 'name'
      if (lacks || this.#open.pop() !== begun) throw this.unexpected(token)
    } else {
      if (!this.#isValueNext()) throw this.unexpected(token)
      if (kind === '{' || kind === '[') this.#open.push(kind)
    }
  }

  /** Moves to the next character that is not blank. */
  #skipBlanks(): number {
    while (isBlank(this.#text.charCodeAt(this.#at))) this.#at++
    return this.#at
  }

  /** Returns what the pattern matches at the current position, or an empty string. */
  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    return pattern.exec(this.#text)?.[0] ?? ''
  }

  #position(at: number): string {
    let line = 1
    let lineStart = 0
    for (let end = this.#text.indexOf('\n'); end >= 0 && end < at; end = this.#text.indexOf('\n', end + 1)) {
      line++
      lineStart = end + 1
    }
    // Columns count characters. A surrogate pair is one. A bad byte is half a pair too, but nothing after it is read.
    let column = 1
    for (let index = lineStart; index < at; index++) if (!isSecondHalf(this.#text.charCodeAt(index))) column++
    return `(line ${line}:${column})`
  }
}

/** Returns whether a code unit is the second half of a surrogate pair. */
function isSecondHalf(unit: number): boolean {
  return (unit & 0xfc00) === 0xdc00
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
}

function firstByte(text: string): number {
  const code = text.codePointAt(0) as number
  if (code >= 0xdc80 && code <= 0xdcff) return code & 0xff
  return Buffer.from(String.fromCodePoint(code), 'utf8')[0] as number
}

/** White space as Go's unicode.IsSpace has it, which differs from JavaScript's. */
const BLANK_AT_AN_END =
  /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]|[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/

/** Returns the number at the start of a string, or nothing. Anything after it is ignored, but blanks around the string make it invalid. */
export function numberIn(text: string): string {
  NUMBER.lastIndex = 0
  return !BLANK_AT_AN_END.test(text) ? (NUMBER.exec(text)?.[0] ?? '') : ''
}
