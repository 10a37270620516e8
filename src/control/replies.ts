/** Replies of the control plane: JSON, also for errors. */
import { TextEncoder } from 'node:util'
import { isQueratorError, messageOf, QueratorError } from '../errors.js'
import type { ReplyStream, WireReply } from '../protocol/exchange.js'
import { inWordsOfHttp } from './words.js'

/** No header lets a page of another origin read a reply. */
const HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }
const JSON_HEADERS = { 'content-type': 'application/json', ...HEADERS }
const STREAM_HEADERS = { 'content-type': 'text/event-stream', ...HEADERS }

/** Returns a reply with a value. */
export function jsonReply(value: unknown, status = 200): WireReply {
  return { status, headers: JSON_HEADERS, body: bytesOf(`${JSON.stringify(value)}\n`) }
}

/** Returns a reply that goes on. */
export function streamReply(stream: ReplyStream): WireReply {
  return { status: 200, headers: STREAM_HEADERS, body: new Uint8Array(), stream }
}

/** Returns whatever was thrown as a reply. An error without a code is about what was asked for: it is right, but cannot be done. */
export function errorReply(thrown: unknown): WireReply {
  const { code, message, details } = errorOf(thrown)
  return jsonReply({ code, message, details }, code)
}

function errorOf(thrown: unknown): QueratorError {
  if (!isQueratorError(thrown)) return new QueratorError(500, messageOf(thrown))
  return thrown.code === 0 ? new QueratorError(453, inWordsOfHttp(thrown.message), { details: thrown.details }) : thrown
}

/** Returns a text in UTF-8. */
export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
