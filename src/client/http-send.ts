/**
 * Sends requests with `node:http`. Unlike `fetch` it lets a lease wait for 15 minutes without a byte, and idle connections do not keep
 * the process alive.
 */
import type { ClientRequest, IncomingMessage } from 'node:http'
// The global URL of jsdom may lack canParse.
import { URL } from 'node:url'
import { QueratorError, usageError } from '../errors.js'
import { reasonOf } from '../protocol/aborts.js'
import type { Send, WireReply, WireRequest } from '../protocol/exchange.js'
import { noteOpenRequest } from './open-requests.js'

/** The most connections of a client. */
const MOST_CONNECTIONS = 4096

/** Returns a function that sends requests to the daemon at a URL. @throws QueratorError if it is not a URL */
export function sendOverHttp(endpoint: string): Send {
  const base = urlOf(endpoint)
  // Loaded here, because most test files reach their daemon without a socket.
  const { Agent, request: start } = process.getBuiltinModule(base.protocol === 'https:' ? 'node:https' : 'node:http')
  const agent = new Agent({ keepAlive: true, maxSockets: MOST_CONNECTIONS, maxFreeSockets: 256 })
  const prefix = base.pathname.replace(/\/$/, '')
  return (request) =>
    new Promise<WireReply>((resolve, reject) => {
      const sent = start(new URL(prefix + request.target, base), {
        method: request.method,
        headers: { ...request.headers, 'content-length': (request.body as Uint8Array).byteLength },
        agent,
        ...(request.signal === undefined ? {} : { signal: request.signal }),
      })
      noteOpenRequest(sent)
      const failed = (error: NodeJS.ErrnoException) => fail(sent, request, endpoint, error, reject)
      // The connection may also break within the reply.
      sent.once('response', (response) => collect(response).then(resolve, failed))
      sent.once('error', failed)
      sent.end(request.body)
    })
}

function urlOf(endpoint: string): URL {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url
  throw usageError(`'${endpoint}' is no URL of a daemon; write it with its scheme: http://localhost:2319`)
}

async function collect(response: IncomingMessage): Promise<WireReply> {
  const chunks: Uint8Array[] = []
  for await (const chunk of response) chunks.push(chunk as Uint8Array)
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(response.headers)) headers[name] = String(value)
  return { status: response.statusCode ?? 0, headers, body: Buffer.concat(chunks) }
}

function fail(
  sent: ClientRequest,
  request: WireRequest,
  endpoint: string,
  error: NodeJS.ErrnoException,
  reject: (reason: unknown) => void,
): void {
  if (request.signal?.aborted) {
    reject(reasonOf(request.signal))
    return
  }
  const why = error.code === 'ECONNREFUSED' ? 'nothing listens there' : error.message
  const again = sent.reusedSocket && error.code === 'ECONNRESET' ? ' (the daemon closed the connection)' : ''
  reject(noAnswer(`${endpoint}: ${why}${again}`, error))
}

/** Returns the error of a request without a reply. `from` begins with the URL of the server. */
export function noAnswer(from: string, cause?: unknown): QueratorError {
  return new QueratorError(0, `no answer from ${from}; is the daemon running?`, { codeText: 'No Answer', cause })
}
