/** Finds the heads of requests. */
import { LONGEST_HEAD } from '../../protocol/exchange.js'
import { headTooLong } from './refusal.js'
import { type RequestHead, type RequestLine, readHead, readRequestLine } from './request-head.js'

/** How many line breaks before a request of an old client are ignored. */
const MOST_LINE_BREAKS = 4
const LF = 0x0a
const CR = 0x0d

/** A head and its end. */
export interface FoundHead {
  readonly head: RequestHead
  readonly end: number
}

/** Finds the heads of requests in the bytes of a connection. It reads each byte only once. */
export class HeadReader {
  #start = 0
  /** The end of the first line, or -1 if it is not known yet. */
  #lineEnd = -1
  #line: RequestLine | undefined
  #searched = 0
  #lastMethod = ''

  /** Reads the head at the start of `input`. Returns `undefined` if it is not complete. @throws Refusal if it is not a head */
  read(input: Buffer): FoundHead | undefined {
    // Old clients send a line break after the body of a POST.
    if (this.#searched === 0 && this.#lastMethod === 'POST') this.#start = lineBreaks(input)
    if (this.#line === undefined) this.#readLine(input)
    const end = this.#endOfHead(input)
    if ((end ?? input.length) > LONGEST_HEAD) throw headTooLong()
    if (end === undefined || this.#line === undefined) return undefined
    const head = readHead(this.#line, input.toString('latin1', this.#lineEnd + 1, end))
    this.#lastMethod = head.method
    this.#start = 0
    this.#searched = 0
    this.#line = undefined
    return { head, end }
  }

  /** Reads the first line on its own, so that a client that does not speak HTTP gets an error without sending an empty line. */
  #readLine(input: Buffer): void {
    this.#lineEnd = input.indexOf(LF, Math.max(this.#searched, this.#start))
    if (this.#lineEnd < 0 || this.#lineEnd > LONGEST_HEAD) return
    const end = input[this.#lineEnd - 1] === CR ? this.#lineEnd - 1 : this.#lineEnd
    this.#line = readRequestLine(input.toString('latin1', this.#start, end))
  }

  /** Returns the end of the empty line, or `undefined` if it has not arrived. */
  #endOfHead(input: Buffer): number | undefined {
    let feed = input.indexOf(LF, Math.max(this.#searched, this.#start))
    while (feed >= 0) {
      const next = feed + 1
      if (input[next] === LF) return feed + 2
      if (input[next] === CR && input[feed + 2] === LF) return feed + 3
      // The bytes after this line feed have not arrived yet.
      if (next === input.length || (input[next] === CR && next + 1 === input.length)) break
      feed = input.indexOf(LF, next)
    }
    this.#searched = feed < 0 ? input.length : feed
    return undefined
  }
}

function lineBreaks(input: Buffer): number {
  let count = 0
  while (count < MOST_LINE_BREAKS && (input[count] === CR || input[count] === LF)) count++
  return count
}
