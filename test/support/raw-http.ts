/** HTTP as raw bytes, for requests that no client sends: over TCP, and over an in-memory connection. */
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TestDaemon } from '../../src/index.js'

/** A reply as it arrived. */
export interface RawAnswer {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: string
}

/** Ways to open a stream of bytes to a daemon. */
export const LINES: Record<string, (daemon: TestDaemon) => Promise<Duplex>> = {
  'over TCP': async (daemon) => {
    const { hostname, port } = new URL(await daemon.listen())
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true })
    await once(socket, 'connect')
    return socket
  },
  'over an in-memory connection': async (daemon) => daemon.connect(),
}

/** A request. It has a length if there is a body. */
export function rawRequest(line: string, headers: readonly string[] = [], body?: string): string {
  const length = body === undefined ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]
  return [`${line}`, 'Host: x', 'Content-Type: application/json', ...headers, ...length, '', body ?? ''].join('\r\n')
}

/** Ends every exchange. If the connection is still open, its reply is the last one. */
export const LAST = rawRequest('GET /health HTTP/1.1', ['Connection: close'])

/** All replies until the daemon closes the connection. */
export async function answersOf(line: Duplex): Promise<RawAnswer[]> {
  const pieces: Buffer[] = []
  line.on('error', () => undefined)
  line.on('data', (piece: Buffer) => pieces.push(piece))
  await once(line, 'end')
  line.end()
  return repliesIn(Buffer.concat(pieces).toString('latin1'))
}

/** Sends these bytes or pieces as they are, and returns the replies until the daemon closes the connection. */
export async function exchange(line: Duplex, ...pieces: (string | Uint8Array)[]): Promise<RawAnswer[]> {
  const answers = answersOf(line)
  for (const piece of pieces) line.write(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece)
  return answers
}

/** Parses replies. Each character is one byte. */
function repliesIn(text: string): RawAnswer[] {
  const replies: RawAnswer[] = []
  let rest = text
  while (rest !== '') {
    const end = rest.indexOf('\r\n\r\n')
    const [statusLine = '', ...lines] = rest.slice(0, end).split('\r\n')
    const headers = Object.fromEntries(lines.map((line) => splitAt(line.toLowerCase(), ': ')))
    rest = rest.slice(end + 4)
    const status = Number(statusLine.split(' ')[1])
    const length = status === 100 ? 0 : Number(headers['content-length'] ?? Number.POSITIVE_INFINITY)
    replies.push({ status, headers, body: Buffer.from(rest.slice(0, length), 'latin1').toString('utf8') })
    rest = rest.slice(length)
  }
  return replies
}

function splitAt(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark)
  return [text.slice(0, at), text.slice(at + mark.length)]
}
