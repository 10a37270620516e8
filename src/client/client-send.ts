/** How a client hands over its requests: what the option `send` of a client takes and returns. */

/** A request of a client on its way to a daemon. */
export interface SentRequest {
  /** The HTTP method: always `POST` for a call. */
  readonly method: string
  /** The path of the call, for example `/v1/queue.lease`. */
  readonly target: string
  /** The headers, with names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The encoded request. */
  readonly body: Uint8Array
  /** Aborts when the caller gives up. */
  readonly signal?: AbortSignal | undefined
}

/** The reply of a daemon to a {@link SentRequest}. */
export interface SentReply {
  /** The HTTP status. */
  readonly status: number
  /** The headers, with names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** The encoded response. */
  readonly body: Uint8Array
}

/** Sends a request of a client, and resolves with the reply. Rejects if there is none. */
export type ClientSend = (request: SentRequest) => Promise<SentReply>
