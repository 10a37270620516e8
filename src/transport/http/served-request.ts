/** A request of a connection. */
import type { Way } from '../../clock/clock.js'
import type { Headers, WireRequest } from '../../protocol/exchange.js'
import type { ReplyPace } from '../reply-pace.js'
import { IncomingBody } from './incoming-body.js'
import type { Meter } from './meter.js'
import type { RequestHead } from './request-head.js'

/** What all connections of a server share. */
export interface Pacing {
  readonly pace: ReplyPace
  readonly meter: Meter
}

/** What a request asks of its connection. */
export interface RequestLinks {
  /** Tells the client that it may send the body. */
  sendContinue(): void
  /** Nobody will ever answer: the client did not wait. */
  abandon(): void
}

/**
 * A request of a connection as the handler takes it. Fields are made only when asked for. When its client hangs up, the request knows it
 * at once (D2).
 */
export class ServedRequest implements WireRequest {
  readonly head: RequestHead
  readonly incoming: IncomingBody
  /** Whether its reply has been written. */
  isAnswered = false
  readonly #pacing: Pacing
  readonly #links: RequestLinks
  readonly #whenGone = new Set<() => void>()
  readonly #way: Way
  #isOnTheWay = false
  #hasContinued = false
  #isGone = false

  constructor(head: RequestHead, pacing: Pacing, links: RequestLinks, way: Way) {
    this.head = head
    this.incoming = new IncomingBody(head.bodyLength, pacing.meter)
    this.#pacing = pacing
    this.#links = links
    this.#way = way
  }

  get method(): string {
    return this.head.method
  }

  get target(): string {
    return this.head.target
  }

  get headers(): Headers {
    return this.head.headers
  }

  get body(): WireRequest['body'] {
    if (this.head.expectsContinue) return (limit) => this.#readLate(limit)
    return this.incoming.whole ?? ((limit) => this.incoming.read(limit))
  }

  /** Whether the client still waits to be told that it may send the body. */
  get holdsBody(): boolean {
    return this.head.expectsContinue && !this.#hasContinued
  }

  replying(): Promise<void> | undefined {
    this.begin()
    return this.#pacing.pace.turn()
  }

  whenGone(listener: () => void): () => void {
    this.#whenGone.add(listener)
    if (this.#isGone) this.gone()
    return () => this.#whenGone.delete(listener)
  }

  /** Its reply is on the way from now on; that is noted once, although an error may take the place of the reply. */
  begin(): void {
    if (!this.#isOnTheWay) this.#way.begin()
    this.#isOnTheWay = true
  }

  /** Its reply will not be sent. */
  unsent(): void {
    if (this.#isOnTheWay) this.#way.drop()
  }

  /** Its body has become a message, and need not be kept. */
  bodyRead(): void {
    this.incoming.drop()
  }

  /** Nobody waits for the reply any more. What is done without waiting is answered all the same. */
  gone(): void {
    this.#isGone = true
    if (this.#whenGone.size === 0) return
    const listeners = [...this.#whenGone]
    this.#whenGone.clear()
    for (const listener of listeners) listener()
    this.#links.abandon()
  }

  #readLate(limit: number): Promise<Uint8Array | undefined> {
    if (!this.#hasContinued) this.#links.sendContinue()
    this.#hasContinued = true
    return this.incoming.read(limit)
  }
}
