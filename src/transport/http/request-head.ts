/**
 * Parses the head of a request as Go's servers do, with the same errors. Node's own parser knows only a list of methods, and reports
 * errors in a body too late.
 */
import type { Headers } from '../../protocol/exchange.js'
import { pathOf } from '../request-target.js'
import { readLines } from './header-lines.js'
import { malformed, unknownTransferEncoding, unknownVersion } from './refusal.js'

/** A parsed head. */
export interface RequestHead {
  readonly method: string
  readonly target: string
  readonly headers: Headers
  /** The length in bytes, or -1 for a chunked body. */
  readonly bodyLength: number
  /** Whether the version is HTTP/1.0. */
  readonly isOld: boolean
  /** Whether the connection stays open after the reply. An HTTP/1.0 client must ask for that. */
  readonly keepsAlive: boolean
  /** Whether the client waits for `100 Continue` before it sends the body. */
  readonly expectsContinue: boolean
  /** Whether it expects anything else, which is not supported. */
  readonly expectsMore: boolean
}

/** The first line of a head. */
export interface RequestLine {
  readonly method: string
  readonly target: string
  readonly major: number
  readonly minor: number
}

const METHOD = /^[\w!#$%&'*+.^`|~-]+$/
const VERSION = /^HTTP\/(\d)\.(\d)$/
const HOST = /^[\w!$%&'()*+,.:;=[\]~-]*$/
const DIGITS = /^\d+$/
/** The limit of a content length. The server rejects 2⁶³ and more. */
const LONGEST = 2n ** 63n

/** Parses the first line. @throws Refusal if it is malformed */
export function readRequestLine(line: string): RequestLine {
  const [method = '', given, ...rest] = line.split(' ')
  if (given === undefined || rest.length === 0 || !METHOD.test(method)) throw malformed()
  const [, major, minor] = VERSION.exec(rest.join(' ')) ?? []
  if (major === undefined) throw malformed()
  // CONNECT has a host, for a proxy. The path is empty then.
  const target = method === 'CONNECT' && !given.startsWith('/') ? `http://${given}` : given
  if (pathOf(target) === undefined) throw malformed()
  return { method, target, major: Number(major), minor: Number(minor) }
}

/** Parses the lines after the first. @throws Refusal if they are malformed */
export function readHead(line: RequestLine, text: string): RequestHead {
  const fields = new Fields(text)
  const { method, target, major, minor } = line
  if (fields.all('host').length > 1) throw malformed()
  const isOld = major < 1 || (major === 1 && minor === 0)
  const bodyLength = isChunked(fields, isOld) ? -1 : lengthOf(fields)
  const isProbe = method === 'PRI' && target === '*' && major === 2 && minor === 0
  if (major !== 1 && !isProbe) throw unknownVersion()
  checkHost(fields, !isOld && !isProbe && method !== 'CONNECT')
  for (const name in fields.first) if (name.includes(' ')) throw malformed('invalid header name')
  const expected = fields.first.expect ?? ''
  const expectsContinue = hasToken([expected], '100-continue')
  const keepsAlive = isOld ? fields.hasToken('connection', 'keep-alive') : !fields.hasToken('connection', 'close')
  return {
    ...{ method, target, headers: fields.first, bodyLength, isOld },
    keepsAlive: keepsAlive && !isProbe,
    expectsContinue: expectsContinue && !isOld && bodyLength !== 0,
    expectsMore: expected !== '' && !expectsContinue,
  }
}

/** The header fields. If a field is repeated, the first value counts for most purposes. */
class Fields {
  readonly first: Record<string, string | undefined> = Object.create(null)
  readonly #more: [name: string, value: string][] = []

  /** @throws Refusal if a line is malformed */
  constructor(text: string) {
    try {
      readLines(text, (name, value) => {
        if (this.first[name] === undefined) this.first[name] = value
        else this.#more.push([name, value])
      })
    } catch {
      throw malformed()
    }
  }

  all(name: string): string[] {
    const first = this.first[name]
    if (first === undefined) return []
    return [first, ...this.#more.filter((one) => one[0] === name).map((one) => one[1])]
  }

  hasToken(name: string, token: string): boolean {
    return this.first[name] !== undefined && hasToken(this.all(name), token)
  }
}

function hasToken(values: readonly string[], token: string): boolean {
  return values.some((value) => value.split(',').some((part) => part.trim().toLowerCase() === token))
}

function isChunked(fields: Fields, isOld: boolean): boolean {
  const encodings = fields.first['transfer-encoding'] === undefined ? [] : fields.all('transfer-encoding')
  // HTTP/1.0 has no chunks, whatever the header says.
  if (encodings.length === 0 || isOld) return false
  if (encodings.length > 1 || encodings[0]?.toLowerCase() !== 'chunked') throw unknownTransferEncoding()
  // Still checked: two different lengths are an attack.
  lengthOf(fields)
  return true
}

function lengthOf(fields: Fields): number {
  if (fields.first['content-length'] === undefined) return 0
  const [length = '', ...others] = fields.all('content-length')
  if (!DIGITS.test(length) || BigInt(length) >= LONGEST || others.some((other) => other !== length)) throw malformed()
  return Number(length)
}

function checkHost(fields: Fields, isNeeded: boolean): void {
  const { host } = fields.first
  if (host === undefined && isNeeded) throw malformed('missing required Host header')
  if (host !== undefined && !HOST.test(host)) throw malformed('malformed Host header')
}
