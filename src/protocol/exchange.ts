/**
 * One request and its reply, as plain values: what a client hands over and what a listener gets, whether there is a
 * socket in between or not.
 */
import { onAbort } from './aborts.js'

/** The longest line and headers of a request: a megabyte, and what the server reads ahead. In bytes. */
export const LONGEST_HEAD = 1_048_576 + 4_096

/** Names are in lower case; each character of a value is a byte. */
export type Headers = Readonly<Record<string, string | undefined>>

/** Reads a body to its end; undefined as soon as there are more than `limit` bytes. Rejects when it cannot be read. */
export type BodyReader = (limit: number) => Promise<Uint8Array | undefined>

/** A request on its way to the handler. */
export interface WireRequest {
  /** As it was sent; methods are told apart by case. */
  readonly method: string
  /** Path and query, as on the request line: percent-encoded, each character a byte. */
  readonly target: string
  readonly headers: Headers
  /** The body, whole or as it comes in. Never read further than the limit of the call. */
  readonly body: Uint8Array | AsyncIterable<Uint8Array> | BodyReader
  /** Aborted when nobody waits for the reply any more; absent where that cannot happen. */
  readonly signal?: AbortSignal | undefined
  /** Where in the code of a test the request was made; only known within a process. */
  readonly origin?: { readonly stack?: string | undefined; readonly skip?: readonly string[] | undefined } | undefined
  /** Made by the harness for itself, and not by a test. */
  readonly isOwn?: boolean | undefined
  /** What a listener has instead of a signal: calls `listener` then, and returns a function to take that back. */
  whenGone?(listener: () => void): () => void
  /** Told when the body has been decoded: a call may wait for a long time, and needs it no longer. */
  bodyRead?(): void
  /** Told when the call is done and its reply is about to be made; returns what that has to wait for. */
  replying?(): Promise<void> | undefined
}

/** Calls `listener` when nobody waits for the reply any more, also when that is so already; returns a function to take it back. */
export function whenGone(request: Pick<WireRequest, 'signal' | 'whenGone'>, listener: () => void): () => void {
  if (request.whenGone !== undefined) return request.whenGone(listener)
  return request.signal === undefined ? () => undefined : onAbort(request.signal, listener)
}

/** What a call ends with when nobody waits for it any more: no error of anybody's, and no answer. */
export const CLIENT_GONE = new Error('the client is gone')

/** The reply of the handler. */
export interface WireReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** Brings a request to a daemon and the reply back. Rejects when that fails, or when the signal is aborted. */
export type Send = (request: WireRequest) => Promise<WireReply>

/**
 * The header that carries the details of an error: hints such as the names that exist, percent-encoded JSON. Beside
 * the body, because the body is wire contract.
 */
export const DETAILS_HEADER = 'x-querator-test-details'
