/**
 * Decodes a chunked body as it arrives. Clients see its errors, so they have the wording of Go's library (docs/protocol/admin.md §1.2,
 * read error).
 */
import { readLines } from './header-lines.js'

/** Called with each piece of a body. */
export type Sink = (piece: Uint8Array) => void

/** The longest line before a chunk, and the longest trailer, in bytes including line breaks. */
const LONGEST_LINE = 4096
/** How many bytes may be something other than data, beyond 16 for each chunk and twice the amount of data. */
const MOST_EXCESS = 16_384
const LF = 0x0a

/** Decodes one chunked body. */
export class Chunks {
  #part: 'size' | 'data' | 'data end' | 'trailer' | 'done' = 'size'
  /** How many bytes are left of a chunk, or of the two bytes after it. */
  #left = 0
  /** The beginning of a line or of the trailer. */
  #line = ''
  #excess = 0

  get done(): boolean {
    return this.#part === 'done'
  }

  /** Consumes bytes and returns how many. @throws Error if they are not chunks */
  take(bytes: Buffer, sink: Sink): number {
    let at = 0
    while (at < bytes.length && this.#part !== 'done') {
      if (this.#part === 'size') at = this.#takeSize(bytes, at)
      else if (this.#part === 'data') at = this.#takeData(bytes, at, sink)
      else if (this.#part === 'data end') at = this.#takeDataEnd(bytes, at)
      else at = this.#takeTrailer(bytes, at)
    }
    return at
  }

  /** The error if the body ends here. */
  get cutOff(): Error {
    if (this.#part !== 'trailer') return new Error('unexpected EOF')
    if (this.#line.length < 2) return new Error('http: unexpected EOF reading trailer')
    return new Error('http: suspiciously long trailer after chunked body')
  }

  #takeSize(bytes: Buffer, at: number): number {
    const feed = bytes.indexOf(LF, at)
    const end = feed < 0 ? bytes.length : feed + 1
    this.#line += bytes.toString('latin1', at, end)
    if (this.#line.length > LONGEST_LINE || (feed < 0 && this.#line.length === LONGEST_LINE)) {
      throw new Error('header line too long')
    }
    if (feed >= 0) {
      this.#beginChunk(this.#line)
      this.#line = ''
    }
    return end
  }

  #beginChunk(line: string): void {
    const carriage = line.indexOf('\r')
    if (carriage < 0) throw new Error('chunked line ends with bare LF')
    if (carriage !== line.length - 2) throw new Error('invalid CR in chunked line')
    this.#left = sizeOf(line.slice(0, -2))
    this.#excess = Math.max(0, this.#excess + line.length - 16 - 2 * this.#left)
    if (this.#excess > MOST_EXCESS) throw new Error('chunked encoding contains too much non-data')
    this.#part = this.#left === 0 ? 'trailer' : 'data'
  }

  #takeData(bytes: Buffer, at: number, sink: Sink): number {
    const end = Math.min(bytes.length, at + this.#left)
    sink(bytes.subarray(at, end))
    this.#left -= end - at
    if (this.#left === 0) {
      this.#left = 2
      this.#part = 'data end'
    }
    return end
  }

  #takeDataEnd(bytes: Buffer, at: number): number {
    this.#line += String.fromCharCode(bytes[at] as number)
    if (--this.#left > 0) return at + 1
    if (this.#line !== '\r\n') throw new Error('malformed chunked encoding')
    this.#line = ''
    this.#part = 'size'
    return at + 1
  }

  /** Reads and ignores the trailer after the last chunk. */
  #takeTrailer(bytes: Buffer, at: number): number {
    const before = this.#line.length
    this.#line += bytes.toString('latin1', at, at + LONGEST_LINE - before)
    const end = this.#line.startsWith('\r\n') ? 2 : this.#line.indexOf('\r\n\r\n') + 4
    if (end < 4 && end !== 2) {
      if (this.#line.length === LONGEST_LINE) throw this.cutOff
      return at + this.#line.length - before
    }
    readLines(this.#line.slice(0, end), () => undefined)
    this.#part = 'done'
    return at + end - before
  }
}

/** Returns the size of a chunk from its line. The size ends at a `;` or at the end. @throws Error if it is not a size */
function sizeOf(line: string): number {
  const digits = line.replace(/[ \t]+$/, '').replace(/;.*$/s, '')
  if (digits === '') throw new Error('empty hex number for chunk length')
  const wrong = digits.search(/[^0-9a-f]/i)
  if (wrong >= 0 && wrong <= 16) throw new Error('invalid byte in chunk length')
  if (digits.length > 16) throw new Error('http chunk length too large')
  return Number.parseInt(digits, 16)
}
