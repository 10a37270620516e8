/** `fetch` through any way to send: the same function in form, but every request goes to the daemon, whatever its origin. */
import { originOf } from '../client/call-site.js'
import { unlessAborted } from '../client/unless-aborted.js'
import { usageError } from '../errors.js'
import type { Send, WireRequest } from '../protocol/exchange.js'

/** What relative URLs are relative to. */
const BASE = 'http://querator.internal'

/** Makes the function; with `callSites` its requests tell where they were made. */
export function fetchThrough(send: Send, callSites = false): typeof fetch {
  return async function fetchOfDaemon(input, init) {
    const origin = callSites ? originOf(fetchOfDaemon) : undefined
    checkEnvironment()
    const request = new Request(typeof input === 'string' ? new URL(input, BASE) : input, {
      ...init,
      ...(isStream(init?.body) ? { duplex: 'half' } : {}),
    } as RequestInit)
    request.signal.throwIfAborted()
    const reply = await unlessAborted(request.signal, send({ ...(await wireRequest(request)), origin }))
    // A reply to HEAD, and a few statuses, must not have a body.
    const body = request.method === 'HEAD' ? null : reply.body.slice()
    const response = new Response(body, { status: reply.status, headers: reply.headers })
    return Object.defineProperty(response, 'url', { value: request.url })
  }
}

async function wireRequest(request: Request): Promise<WireRequest> {
  const url = new URL(request.url)
  // Nobody would unpack the answer here; fetch does it for whoever asks.
  const { 'accept-encoding': _, ...headers } = Object.fromEntries(request.headers)
  return {
    method: request.method,
    target: url.pathname + url.search,
    headers,
    body: request.body === null ? new Uint8Array() : (request.body as unknown as AsyncIterable<Uint8Array>),
    signal: request.signal,
  }
}

function isStream(body: unknown): boolean {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body
}

/** @throws QueratorError where a test environment hides what Node has */
function checkEnvironment(): void {
  if (typeof Request === 'function' && typeof Response === 'function') return
  throw usageError(
    'fetch of a daemon needs Request and Response, which this test environment does not have (jsdom?); put @jest-environment node at the top of the file, or use daemon.client',
  )
}
