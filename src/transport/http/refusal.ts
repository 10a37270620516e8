/**
 * The replies to requests that are not valid HTTP. They have the wording of the HTTP server instead of Querator's, and end the
 * connection. Go's servers send the same.
 */
import type { WireReply } from '../../protocol/exchange.js'

/** Thrown when a request cannot be read any further. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    /** The status line. Also the body, unless that is given. */
    readonly line: string,
    readonly body: string = line,
  ) {
    super(line)
  }

  /** The reply object, for requests that never were text. */
  get reply(): WireReply {
    const headers = { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }
    return { status: this.status, headers, body: Buffer.from(this.body) }
  }

  /** The reply as it is sent on a connection, without a length, because the client may not speak HTTP. */
  get text(): string {
    return `HTTP/1.1 ${this.line}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${this.body}`
  }
}

/** Returns a 400, with the reason if the server gives one. */
export function malformed(reason?: string): Refusal {
  return new Refusal(400, reason === undefined ? '400 Bad Request' : `400 Bad Request: ${reason}`)
}

/** Returns a 431: the head of the request is too long. */
export function headTooLong(): Refusal {
  return new Refusal(431, '431 Request Header Fields Too Large')
}

/** Returns a 501: the transfer encoding of the body is unknown. */
export function unknownTransferEncoding(): Refusal {
  return new Refusal(501, '501 Not Implemented', 'Unsupported transfer encoding')
}

/** Returns a 505: the HTTP version is neither 1.0 nor 1.1. */
export function unknownVersion(): Refusal {
  return new Refusal(505, '505 HTTP Version Not Supported: unsupported protocol version')
}
