/** One request and its reply, as plain values. Clients and listeners exchange these, with or without a socket in between. */
import { onAbort } from './aborts.js'

/** The longest request line with headers, in bytes: a megabyte, and what the server reads ahead. */
export const LONGEST_HEAD = 1_048_576 + 4_096

/** Headers by name in lower case. Each character of a value is a byte. */
export type Headers = Readonly<Record<string, string | undefined>>

/** Reads a whole body. Resolves with `undefined` once it exceeds `limit` bytes. Rejects if it cannot be read. */
export type BodyReader = (limit: number) => Promise<Uint8Array | undefined>

/** A leased item that the code which makes a request is handling. */
export interface Handling {
  readonly queue: string
  readonly id: string
}

/** What a fault does to a reply: it is lost with the connection, ends halfway, or arrives byte by byte. */
export type Breaks = 'lost' | 'truncated' | 'slow'

/** A request for the handler. */
export interface WireRequest {
  /** The method as it was sent. Case matters. */
  readonly method: string
  /** The path and query as on the request line: percent-encoded, each character a byte. */
  readonly target: string
  readonly headers: Headers
  /** The body, whole or as a stream. It is never read beyond the limit of the call. */
  readonly body: Uint8Array | AsyncIterable<Uint8Array> | BodyReader
  /** Aborted when nobody awaits the reply any more. Absent if that cannot happen. */
  readonly signal?: AbortSignal | undefined
  /** Where in the code of a test the request was made. Only known within a process. */
  readonly origin?: { readonly stack?: string | undefined; readonly skip?: readonly string[] | undefined } | undefined
  /** The item whose handler makes the request. Only known within a process. */
  readonly handling?: Handling | undefined
  /** Whether the harness made the request for itself, rather than a test. */
  readonly isOwn?: boolean | undefined
  /** Which part of the harness made the request for a test: its queue, or the handlers of drain and work. Undefined for other code. */
  readonly from?: 'queue' | 'handlers' | undefined
  /** The address of the client's machine. Undefined for a client in this process. */
  readonly peer?: string | undefined
  /** Set by a fault: what becomes of the reply on its way. */
  breaks?: Breaks
  /** A listener's alternative to `signal`: calls `listener` when nobody awaits the reply. Returns a function to remove it. */
  whenGone?(listener: () => void): () => void
  /** Called when the body is decoded. A call may wait for a long time, and no longer needs the body. */
  bodyRead?(): void
  /** Called when the call is done, before its reply is made. Returns what the reply has to await. */
  replying?(): Promise<void> | undefined
}

/** Calls `listener` when nobody awaits the reply any more, or at once if that is so. Returns a function to remove the listener. */
export function whenGone(request: Pick<WireRequest, 'signal' | 'whenGone'>, listener: () => void): () => void {
  if (request.whenGone !== undefined) return request.whenGone(listener)
  return request.signal === undefined ? () => undefined : onAbort(request.signal, listener)
}

/** Ends a call when nobody awaits its reply. It is not an error of the call, and there is no reply. */
export const CLIENT_GONE = new Error('the client is gone')

/** Marks a request that the harness in another process makes for itself. Its value does not matter. */
export const OWN_HEADER = 'x-querator-test-own'

/** A reply of the handler. */
export interface WireReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** Sends a body that goes on, instead of `body`. The connection ends with it. */
  readonly stream?: ReplyStream | undefined
}

/** Begins a body that goes on. Returns its source. */
export type ReplyStream = (sink: StreamSink) => StreamSource

/** Takes the pieces of a body that goes on. */
export interface StreamSink {
  /** Returns whether it takes more at once. If not, wait for {@link StreamSource.ready}. */
  write(piece: Uint8Array): boolean
  /** The body is complete. */
  end(): void
}

/** Where the pieces come from. */
export interface StreamSource {
  /** Call when the sink takes more. */
  ready(): void
  /** Call when nobody reads any more. May be called twice. */
  close(): void
}

/** Sends a request to a daemon and resolves with the reply. Rejects if that fails, or if the signal is aborted. */
export type Send = (request: WireRequest) => Promise<WireReply>

/**
 * The header with the details of an error: hints such as the existing names, as percent-encoded JSON. They are not in the body,
 * because the body is part of the wire contract.
 */
export const DETAILS_HEADER = 'x-querator-test-details'
