/** A request of `node:http` as the handler takes it; what a call does not ask for is not made. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../clock/clock.js'
import type { Headers, WireRequest } from '../protocol/exchange.js'
import type { ReplyPace } from './reply-pace.js'
import { joined } from './request-body.js'

/** See the head of this file. A client that hangs up is gone at once (D2). */
export class IncomingRequest implements WireRequest {
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #clock: Clock
  readonly #pace: ReplyPace

  constructor(request: IncomingMessage, response: ServerResponse, clock: Clock, pace: ReplyPace) {
    this.#request = request
    this.#response = response
    this.#clock = clock
    this.#pace = pace
  }

  get method(): string {
    return this.#request.method ?? 'GET'
  }

  get target(): string {
    return this.#request.url ?? '/'
  }

  get headers(): Headers {
    return this.#request.headers as Headers
  }

  readonly body = (limit: number): Promise<Uint8Array | undefined> => readUpTo(this.#request, limit)

  replying(): Promise<void> | undefined {
    if (this.#response.closed) return undefined
    this.#response.on('close', this.#clock.delivering())
    return this.#pace.turn()
  }

  whenGone(listener: () => void): () => void {
    const response = this.#response
    const closed = () => {
      if (!response.writableFinished) listener()
    }
    if (response.closed) closed()
    response.once('close', closed)
    return () => response.off('close', closed)
  }
}

function readUpTo(request: IncomingMessage, limit: number): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = []
    let length = 0
    const take = (chunk: Uint8Array) => {
      length += chunk.byteLength
      chunks.push(chunk)
      if (length <= limit) return
      // What is still to come waits for whoever reads on.
      request.off('data', take).pause()
      resolve(undefined)
    }
    request.on('data', take)
    request.once('end', () => resolve(joined(chunks, length)))
    request.once('close', () => {
      if (!request.complete) reject(new Error('the client hung up'))
    })
  })
}
