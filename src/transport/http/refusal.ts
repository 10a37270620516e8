/**
 * What a client gets when its request is not HTTP: the words of the HTTP server, not of Querator, and the end of the connection. Go's
 * servers send the same.
 */
import type { WireReply } from '../../protocol/exchange.js'

/** Thrown where a request cannot be read any further. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    /** The status line, and where nothing else is said the body. */
    readonly line: string,
    readonly body: string = line,
  ) {
    super(line)
  }

  /** As a reply, for requests that never were text. */
  get reply(): WireReply {
    const headers = { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }
    return { status: this.status, headers, body: Buffer.from(this.body) }
  }

  /** As it goes over a connection: whoever speaks no HTTP gets no length either. */
  get text(): string {
    return `HTTP/1.1 ${this.line}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${this.body}`
  }
}

/** 400, with the reason where the server gives one. */
export function malformed(reason?: string): Refusal {
  return new Refusal(400, reason === undefined ? '400 Bad Request' : `400 Bad Request: ${reason}`)
}

/** 431: the head of the request is longer than any may be. */
export function headTooLong(): Refusal {
  return new Refusal(431, '431 Request Header Fields Too Large')
}

/** 501: the body is packed in a way that cannot be unpacked. */
export function unknownTransferEncoding(): Refusal {
  return new Refusal(501, '501 Not Implemented', 'Unsupported transfer encoding')
}

/** 505: it is HTTP, but neither 1.0 nor 1.1. */
export function unknownVersion(): Refusal {
  return new Refusal(505, '505 HTTP Version Not Supported: unsupported protocol version')
}
