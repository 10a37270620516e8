/**
 * Reads JSON text token by token, strictly, and knows where each token stands.
 *
 * The server's decoder refuses what `JSON.parse` lets pass: a name given twice, half a surrogate pair, a number that
 * does not fit. Its words name line and column, so they are kept here (contract: admin.md §1.2).
 */
import { TextDecoder } from 'node:util'
import { contentError, type QueratorError } from '../../errors.js'

/** What a token is; `name` does not exist, a name is a string before a colon. */
export type TokenKind = '{' | '}' | '[' | ']' | ',' | ':' | 'string' | 'number' | 'true' | 'false' | 'null' | 'end'

/** One token. */
export interface Token {
  readonly kind: TokenKind
  /** Where it begins in the text. */
  readonly at: number
  /** As it stands in the text. */
  readonly raw: string
  /** For a string: what it stands for. */
  readonly value: string
}

/** Shorter pieces are copies anyway. */
const SHORTEST_VIEW = 13
const SPACE = /[ \t\r\n]*/y
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![-+._a-zA-Z0-9])/y
const WORD = /(?:true|false|null)(?![-+._a-zA-Z0-9])/y
const STRING_RUN = /[^"\\\u0000-\u001f]*/y
const WRONG = /[-+._a-zA-Z0-9]{1,32}|./suy
const HEX = /[0-9a-fA-F]{4}/y
const ESCAPES: Record<string, string> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

/** See the head of this file. */
export class JsonTokens {
  readonly #text: string
  #at = 0

  /** @throws 455 when the bytes are no UTF-8 */
  constructor(bytes: Uint8Array) {
    this.#text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
    if (this.#text.includes('\ufffd') && !Buffer.from(this.#text, 'utf8').equals(bytes)) {
      throw this.syntaxError(this.#text.indexOf('\ufffd'), 'invalid UTF-8 in string')
    }
  }

  /** The next token. @throws 455 where the text is no JSON */
  next(): Token {
    this.#at += this.#match(SPACE).length
    const at = this.#at
    const first = this.#text[at]
    if (first === undefined) return { kind: 'end', at, raw: '', value: '' }
    if (first === '"') return this.#string(at)
    if ('{}[],:'.includes(first)) return this.#token(first as TokenKind, at, first)
    const number = this.#match(NUMBER)
    if (number !== '') return this.#token('number', at, number)
    const word = this.#match(WORD)
    if (word !== '') return this.#token(word as TokenKind, at, word)
    throw this.syntaxError(at, `invalid value ${this.#match(WRONG)}`)
  }

  /** An error of grammar. */
  syntaxError(at: number, what: string): QueratorError {
    return contentError(`proto: syntax error ${this.#position(at)}: ${what}`)
  }

  /** A token that cannot stand where it stands. */
  unexpected(token: Token): QueratorError {
    return this.syntaxError(token.at, `unexpected token ${token.raw}`)
  }

  /** An error of meaning. */
  error(at: number, what: string): QueratorError {
    return contentError(`proto: ${this.#position(at)}: ${what}`)
  }

  #token(kind: TokenKind, at: number, raw: string): Token {
    this.#at = at + raw.length
    return { kind, at, raw, value: '' }
  }

  #string(start: number): Token {
    let value = ''
    this.#at = start + 1
    for (;;) {
      const run = this.#match(STRING_RUN)
      value += run
      this.#at += run.length
      const stop = this.#text[this.#at]
      if (stop === '"') {
        this.#at++
        return { kind: 'string', at: start, raw: this.#text.slice(start, this.#at), value: ownCopy(value) }
      }
      if (stop === undefined) throw contentError('proto: unexpected EOF')
      if (stop !== '\\') throw this.syntaxError(this.#at, `invalid character ${JSON.stringify(stop)} in string`)
      value += this.#escape()
    }
  }

  /** Reads one escape, a surrogate pair included; half a pair stands for nothing. */
  #escape(): string {
    const at = this.#at
    const letter = this.#text[at + 1] ?? ''
    const plain = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined
    this.#at += 2
    if (plain !== undefined) return plain
    if (letter !== 'u') throw this.syntaxError(at, `invalid escape code ${JSON.stringify(`\\${letter}`)} in string`)
    const unit = this.#codeUnit(at)
    if (unit < 0xd800 || unit > 0xdfff) return String.fromCharCode(unit)
    if (unit < 0xdc00 && this.#text.startsWith('\\u', this.#at)) {
      this.#at += 2
      const low = this.#codeUnit(at)
      if (low >= 0xdc00 && low <= 0xdfff) return String.fromCharCode(unit, low)
    }
    throw this.#badUnicode(at)
  }

  #codeUnit(start: number): number {
    const digits = this.#match(HEX)
    if (digits === '') throw this.#badUnicode(start)
    this.#at += 4
    return Number.parseInt(digits, 16)
  }

  #badUnicode(at: number): QueratorError {
    return this.syntaxError(at, `invalid escape code ${JSON.stringify(this.#text.slice(at, at + 6))} in string`)
  }

  /** What the pattern matches right here; empty when it does not. */
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
    // Columns count characters; the second half of a surrogate pair is none.
    let column = 1
    for (let index = lineStart; index < at; index++) if ((this.#text.charCodeAt(index) & 0xfc00) !== 0xdc00) column++
    return `(line ${line}:${column})`
  }
}

/** A longer piece of a text is a view in V8, and keeps all of it alive: here, the whole request for the sake of a reference. */
function ownCopy(text: string): string {
  return text.length < SHORTEST_VIEW ? text : Buffer.from(text, 'utf8').toString('utf8')
}
