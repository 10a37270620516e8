/**
 * One request and its reply, as plain values: what a client hands over and what a listener gets, whether there is a
 * socket in between or not.
 */

/** Header names are in lower case. */
export type Headers = Readonly<Record<string, string | undefined>>

/** Reads a body to its end; undefined as soon as there are more than `limit` bytes. Rejects when it cannot be read. */
export type BodyReader = (limit: number) => Promise<Uint8Array | undefined>

/** A request on its way to the handler. */
export interface WireRequest {
  /** In upper case. */
  readonly method: string
  /** Path and query, as on the request line; percent-encoded. */
  readonly target: string
  readonly headers: Headers
  /** The body, whole or as it comes in. Never read further than the limit of the call. */
  readonly body: Uint8Array | AsyncIterable<Uint8Array> | BodyReader
  /** Aborted when nobody waits for the reply any more; absent where that cannot happen. Only asked for by what waits. */
  readonly signal?: AbortSignal | undefined
}

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
