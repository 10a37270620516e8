/** A `fetch` that sends every request to the daemon, whatever its origin. */
import { type CallSites, originOf } from '../../client/call-site.js'
import { handled } from '../../client/handling.js'
import { unlessAborted } from '../../client/unless-aborted.js'
import { turnDue } from '../../clock/event-loop.js'
import { usageError } from '../../errors.js'
import { throwIfAborted } from '../../protocol/aborts.js'
import { LONGEST_HEAD, type ReplyStream, type Send, type WireReply, type WireRequest } from '../../protocol/exchange.js'

/** The base of relative URLs. */
const BASE = 'http://querator.internal'

/** What is known of the code that made a request. */
type Caller = Pick<WireRequest, 'origin' | 'handling'>

/** The reply to a request whose head is too long. */
const HEAD_TOO_LONG: WireReply = {
  status: 431,
  headers: { 'content-type': 'text/plain; charset=utf-8', connection: 'close' },
  body: Buffer.from('431 Request Header Fields Too Large'),
}

/** Returns the function. With `callSites`, its requests carry where they were made. */
export function fetchThrough(send: Send, callSites?: CallSites): typeof fetch {
  return function fetchOfDaemon(input, init) {
    const origin = callSites && originOf(fetchOfDaemon, callSites)
    return answerOf(send, { origin, handling: handled() }, input, init)
  }
}

async function answerOf(
  send: Send,
  caller: Caller,
  input: string | URL | Request,
  init: RequestInit | undefined,
): Promise<Response> {
  try {
    return await exchange(send, caller, input, init)
  } catch (error) {
    // A loop that catches every error must not block the event loop.
    await turnDue()
    throw error
  }
}

async function exchange(
  send: Send,
  caller: Caller,
  input: string | URL | Request,
  init: RequestInit | undefined,
): Promise<Response> {
  checkEnvironment()
  const signal = init?.signal === undefined ? signalOf(input) : (init.signal ?? undefined)
  const request = new Request(typeof input === 'string' ? new URL(input, BASE) : input, {
    ...init,
    // A Request that follows a signal listens to it until the next garbage collection.
    signal: null,
    ...(isStream(init?.body) ? { duplex: 'half' } : {}),
  } as RequestInit)
  throwIfAborted(signal)
  const wire = wireRequest(request, init, signal)
  if (headSize(wire) > LONGEST_HEAD) {
    await turnDue()
    return responseTo(request, HEAD_TOO_LONG)
  }
  return responseTo(request, await unlessAborted(signal, send({ ...wire, ...caller })))
}

function responseTo(request: Request, reply: WireReply): Response {
  // A reply to HEAD, and a few statuses, must not have a body.
  const body = request.method === 'HEAD' ? null : reply.stream ? readable(reply.stream) : reply.body.slice()
  const response = new Response(body, { status: reply.status, headers: reply.headers })
  return Object.defineProperty(response, 'url', { value: request.url })
}

/** Returns a body that goes on as a stream. */
function readable(stream: ReplyStream): ReadableStream<Uint8Array> {
  let source: ReturnType<ReplyStream> | undefined
  return new ReadableStream({
    start(controller) {
      source = stream({
        write: (piece) => {
          controller.enqueue(piece)
          return (controller.desiredSize ?? 0) > 0
        },
        end: () => controller.close(),
      })
    },
    pull: () => source?.ready(),
    cancel: () => source?.close(),
  })
}

/** Returns how many bytes the request line and the headers take on a socket. */
function headSize({ method, target, headers }: WireRequest): number {
  let size = method.length + target.length + ' HTTP/1.1\r\n\r\n'.length
  for (const name in headers) size += name.length + (headers[name]?.length ?? 0) + ': \r\n'.length
  return size
}

function signalOf(input: string | URL | Request): AbortSignal | undefined {
  return typeof input === 'object' && 'signal' in input ? input.signal : undefined
}

function wireRequest(request: Request, init: RequestInit | undefined, signal: AbortSignal | undefined): WireRequest {
  const url = new URL(request.url)
  // Nothing here would decompress the reply, as the real fetch does.
  const { 'accept-encoding': _, ...headers } = Object.fromEntries(request.headers)
  return {
    method: request.method,
    target: url.pathname + url.search,
    headers,
    body: bodyOf(request, init, signal),
    signal,
  }
}

/** Returns the body in one piece if possible. The call is then carried out at once, and says more if it is refused. */
function bodyOf(request: Request, init: RequestInit | undefined, signal: AbortSignal | undefined): WireRequest['body'] {
  const body: unknown = init?.body
  if (typeof body === 'string') return Buffer.from(body, 'utf8')
  // Copied, as fetch does, because the caller may change the bytes afterwards.
  if (ArrayBuffer.isView(body)) return Uint8Array.from(bytesOf(body))
  return request.body === null ? new Uint8Array() : unlessGone(request.body as unknown as ByteStream, signal)
}

type ByteStream = AsyncIterable<Uint8Array>

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/** Streams the body, and throws once the signal aborts, so that no call is carried out for a client that is gone (D2). */
async function* unlessGone(body: ByteStream, signal: AbortSignal | undefined): ByteStream {
  for await (const chunk of body) {
    throwIfAborted(signal)
    yield chunk
  }
  throwIfAborted(signal)
}

function isStream(body: unknown): boolean {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body
}

/** @throws QueratorError if the test environment hides Request and Response */
function checkEnvironment(): void {
  if (typeof Request === 'function' && typeof Response === 'function') return
  throw usageError(
    'fetch of a daemon needs Request and Response, which this test environment does not have (jsdom?); put @jest-environment querator-test/jest-environment-jsdom at the top of the file, or use daemon.client',
  )
}
