/** The heads of requests. */
import { LONGEST_HEAD } from '../../protocol/exchange.js'
import { headTooLong } from './refusal.js'
import { type RequestHead, type RequestLine, readHead, readRequestLine } from './request-head.js'

/** So many line breaks of old clients are passed over. */
const MOST_LINE_BREAKS = 4
const LF = 0x0a
const CR = 0x0d

/** A head, and where it ends. */
export interface FoundHead {
  readonly head: RequestHead
  readonly end: number
}

/** Finds the heads of requests in the bytes of a connection. It never looks at a byte twice. */
export class HeadReader {
  #start = 0
  /** Where the first line ends; -1 while that is not known. */
  #lineEnd = -1
  #line: RequestLine | undefined
  #searched = 0
  #lastMethod = ''

  /** Reads the head with which `input` begins; undefined while some of it is missing. @throws Refusal when it is none */
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

  /** The first line by itself: whoever speaks no HTTP is told so before an empty line comes. */
  #readLine(input: Buffer): void {
    this.#lineEnd = input.indexOf(LF, Math.max(this.#searched, this.#start))
    if (this.#lineEnd < 0 || this.#lineEnd > LONGEST_HEAD) return
    const end = input[this.#lineEnd - 1] === CR ? this.#lineEnd - 1 : this.#lineEnd
    this.#line = readRequestLine(input.toString('latin1', this.#start, end))
  }

  /** Where the empty line ends; undefined while there is none. */
  #endOfHead(input: Buffer): number | undefined {
    let feed = input.indexOf(LF, Math.max(this.#searched, this.#start))
    while (feed >= 0) {
      const next = feed + 1
      if (input[next] === LF) return feed + 2
      if (input[next] === CR && input[feed + 2] === LF) return feed + 3
      // The bytes after this line feed are still to come.
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
