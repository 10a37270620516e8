/** A `node:http` server around the handler, for real sockets and for pairs of streams in memory alike. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Clock } from '../clock/clock.js'
import { turnDue } from '../clock/event-loop.js'
import { byteTextOf } from '../protocol/byte-text.js'
import type { WireReply } from '../protocol/exchange.js'
import type { Handler } from './handler.js'
import { IncomingRequest } from './incoming-request.js'
import { ReplyPace } from './reply-pace.js'

/** How much of a refused body is read and dropped, so that its sender can read the answer, in bytes. */
const MOST_DROPPED = 256_000_000

/** A body up to this size is not worth a connection, in bytes. */
const SMALL_BODY = 256_000

/** A reply up to this size is copied once more rather than written apart from its head, in bytes. */
const SMALL_REPLY = 4_096

/** Makes the server; it listens nowhere. Answers on their way are told to the clock. */
export function createHttpServer(handler: Handler, clock: Clock): Server {
  const pace = new ReplyPace()
  const serve = async (req: IncomingMessage, res: ServerResponse) => {
    const reply = await handler.handle(new IncomingRequest(req, res, clock, pace))
    // Connections in memory take no turn of the event loop by themselves.
    const turn = turnDue()
    if (turn !== undefined) await turn
    if (!res.closed) deliver(req, res, reply)
  }
  const server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0, headersTimeout: 60_000 }, (req, res) => {
    void serve(req, res)
  })
  // A lease may wait for 15 minutes without a byte on the line.
  server.timeout = 0
  return server
}

function deliver(req: IncomingMessage, res: ServerResponse, reply: WireReply): void {
  if (req.complete || Number(req.headers['content-length'] ?? Number.NaN) <= SMALL_BODY) send(res, reply)
  else refuse(req, res, reply)
}

/** What is still to come of a small body, Node reads and drops by itself; the connection lives on. */
function send(res: ServerResponse, reply: WireReply): void {
  writeHead(res, reply)
  const { body } = reply
  // A text leaves in one piece with the head. Node leaves out the body of a reply to HEAD.
  if (body.byteLength <= SMALL_REPLY) res.end(byteTextOf(body), 'latin1')
  else res.end(body)
}

function writeHead(res: ServerResponse, reply: WireReply, ...more: string[]): void {
  const head = ['content-length', String(reply.body.byteLength), ...more]
  for (const name in reply.headers) head.push(name, reply.headers[name] as string)
  res.writeHead(reply.status, head)
}

/** Answers before the body is in: the reply goes out whole, the rest of the body is dropped, the connection ends. */
function refuse(req: IncomingMessage, res: ServerResponse, reply: WireReply): void {
  let dropped = 0
  const end = () => res.end()
  writeHead(res, reply, 'connection', 'close')
  res.write(reply.body)
  req.once('end', end)
  req.once('close', end)
  req.on('data', (chunk: Uint8Array) => {
    dropped += chunk.byteLength
    if (dropped > MOST_DROPPED) req.destroy()
  })
  req.resume()
}
