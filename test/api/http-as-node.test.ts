/**
 * Requests in order, compared with how `node:http` reads the same bytes. However the bytes are split into packets, the
 * handler gets the same method, target, headers and body, and each request is answered.
 */
import { createServer, type Server } from 'node:http'
import { type Duplex, duplexPair } from 'node:stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { WireReply, WireRequest } from '../../src/protocol/exchange.js'
import { connectInMemory } from '../../src/transport/memory-connection.js'
import { readBody } from '../../src/transport/request-body.js'
import { answersOf } from '../support/raw-http.js'
import { StoppedServer } from '../support/stopped-server.js'
import { turn } from '../support/turns.js'

const RUNS = Number(process.env.QUERATOR_FUZZ ?? 300)
const MOST = 1_000_000

/** What a handler sees of a request. */
interface Seen {
  readonly method: string | undefined
  readonly target: string | undefined
  readonly headers: Record<string, unknown>
  readonly body: string
}

const character = (from: string) => fc.constantFrom(...from)
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'M-SEARCH', 'PROPFIND')
const segment = fc.array(fc.oneof(character(`${LETTERS}-._~!$&'()*+,;=:@`), fc.constantFrom('%20', '%2F', '%c3%be')), {
  minLength: 1,
  maxLength: 8,
})
const path = fc
  .array(segment, { minLength: 1, maxLength: 4 })
  .map((all) => `/${all.map((one) => one.join('')).join('/')}`)
const query = fc.oneof(
  fc.constant(''),
  fc.array(character(`${LETTERS}=&%/?-+`)).map((all) => `?${all.join('')}`),
)
const name = fc
  .array(character(`${LETTERS}!#$%&'*+-.^_\`|~`), { minLength: 1, maxLength: 12 })
  // Without a prefix, a name may have a meaning, or rules for repeated headers.
  .map((all) => `X-${all.join('')}`)
const inValue = fc.integer({ min: 0x21, max: 0xff }).filter((code) => code !== 0x7f)
const value = fc.array(fc.oneof({ weight: 5, arbitrary: inValue }, fc.constantFrom(0x20, 0x09)), { maxLength: 20 })
const header = fc.record({
  name,
  before: fc.constantFrom('', ' ', '\t', '   '),
  value: value.map((codes) => String.fromCharCode(...codes).replace(/^[ \t]+|[ \t]+$/g, '')),
  after: fc.constantFrom('', ' ', '\t'),
})
const bytes = fc.uint8Array({ maxLength: 300 }).map((all) => Buffer.from(all).toString('latin1'))
const chunk = fc.record({
  data: fc.uint8Array({ minLength: 1, maxLength: 100 }).map((all) => Buffer.from(all).toString('latin1')),
  zeros: fc.constantFrom('', '0', '000'),
  isUpper: fc.boolean(),
  extension: fc.constantFrom('', ';a', ';a=b', ';a="b c";d'),
})
const body = fc.oneof(
  fc.constant({ kind: 'none' as const }),
  fc.record({ kind: fc.constant('length' as const), data: bytes }),
  fc.record({
    kind: fc.constant('chunks' as const),
    chunks: fc.array(chunk, { maxLength: 5 }),
    trailer: fc.constantFrom('', 'X-After: 1\r\n'),
  }),
)
const request = fc.record({
  method,
  path,
  query,
  headers: fc.uniqueArray(header, {
    maxLength: 6,
    selector: (one) => one.name.toLowerCase(),
  }),
  body,
})

type Request = typeof request extends fc.Arbitrary<infer T> ? T : never

/** The bytes of a request, one per character. */
function written({ method, path, query, headers, body }: Request, isLast: boolean): string {
  const lines = headers.map(({ name, before, value, after }) => `${name}:${before}${value}${after}`)
  if (isLast) lines.push('connection: close')
  let content = ''
  if (body.kind === 'length') {
    lines.unshift(`CONTENT-length: ${body.data.length}`)
    content = body.data
  } else if (body.kind === 'chunks') {
    lines.push('Transfer-Encoding: chunked')
    for (const { data, zeros, isUpper, extension } of body.chunks) {
      const size = data.length.toString(16)
      content += `${zeros}${isUpper ? size.toUpperCase() : size}${extension}\r\n${data}\r\n`
    }
    content += `0\r\n${body.trailer}\r\n`
  }
  return [`${method} ${path}${query} HTTP/1.1`, 'hOsT: x', ...lines, '', content].join('\r\n')
}

/** Sends the bytes in packets of these sizes, over and over, and returns the statuses. */
async function sent(line: Duplex, text: string, sizes: readonly number[]): Promise<number[]> {
  const answers = answersOf(line)
  const all = Buffer.from(text, 'latin1')
  for (let at = 0, count = 0; at < all.length; count++) {
    const size = sizes[count % sizes.length] as number
    line.write(all.subarray(at, at + size))
    at += size
    if (count % 3 === 0) await turn()
  }
  return (await answers).map(({ status }) => status)
}

/** Our server, and the requests it passes on. */
function ours(): { seen: Seen[]; open: () => Duplex } {
  const seen: Seen[] = []
  const handle = async (one: WireRequest): Promise<WireReply> => {
    const content = await readBody(one.body, MOST)
    const { method, target, headers } = one
    seen.push({ method, target, headers: { ...headers }, body: Buffer.from(content).toString('latin1') })
    return { status: 200, headers: {}, body: Buffer.from('ok') }
  }
  const { server } = new StoppedServer(handle)
  return { seen, open: () => connectInMemory(Promise.resolve(server)) }
}

/** The server of node:http, without a port as well. */
function nodes(): { seen: Seen[]; open: () => Duplex } {
  const seen: Seen[] = []
  const server: Server = createServer((incoming, response) => {
    const pieces: Buffer[] = []
    incoming.on('data', (piece: Buffer) => pieces.push(piece))
    incoming.once('end', () => {
      const { method, url: target, headers } = incoming
      seen.push({ method, target, headers: { ...headers }, body: Buffer.concat(pieces).toString('latin1') })
      response.setHeader('content-length', 2).end('ok')
    })
  })
  const open = () => {
    const [client, accepted] = duplexPair()
    server.emit('connection', accepted)
    return client
  }
  return { seen, open }
}

test('requests in order reach the handler as node:http reads them', async () => {
  const requests = fc.array(request, { minLength: 1, maxLength: 4 })
  const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 2000 })), {
    minLength: 1,
    maxLength: 8,
  })
  await fc.assert(
    fc.asyncProperty(requests, sizes, async (all, sizes) => {
      const text = all.map((one, index) => written(one, index === all.length - 1)).join('')
      const [our, node] = [ours(), nodes()]
      const statuses = await Promise.all([our, node].map(({ open }) => sent(open(), text, sizes)))
      expect(our.seen).toEqual(node.seen)
      expect(statuses).toEqual([all.map(() => 200), all.map(() => 200)])
    }),
    { numRuns: RUNS },
  )
})
