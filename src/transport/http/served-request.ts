/** A request on a connection. */
import type { Way } from '../../clock/clock.js'
import { type Breaks, type Headers, OWN_HEADER, type WireRequest } from '../../protocol/exchange.js'
import type { ReplyPace } from '../reply-pace.js'
import { IncomingBody } from './incoming-body.js'
import type { Meter } from './meter.js'
import type { RequestHead } from './request-head.js'

/** The rest of a body up to this size is read to keep the connection open. In bytes. */
const SMALL_BODY = 262_144

/** The parts that all connections of a server share. */
export interface Pacing {
  readonly pace: ReplyPace
  readonly meter: Meter
}

/** The connection of a request. */
export interface RequestLinks {
  /** The address of the client's machine. Undefined for a client in this process. */
  readonly peer: string | undefined
  /** Tells the client to send the body. */
  sendContinue(): void
  /** Call when there will be no reply, because the client did not wait. */
  abandon(): void
}

/**
 * A request of a connection for the handler. Its fields are only made when they are read. When its client hangs up, the request knows
 * at once (D2).
 */
export class ServedRequest implements WireRequest {
  readonly head: RequestHead
  readonly incoming: IncomingBody
  /** Whether its reply was written. */
  isAnswered = false
  /** Set by a fault. */
  breaks?: Breaks
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

  get isOwn(): boolean {
    return this.head.headers[OWN_HEADER] !== undefined
  }

  get peer(): string | undefined {
    return this.#links.peer
  }

  /** Whether the client still waits for `100 Continue`. */
  get holdsBody(): boolean {
    return this.head.expectsContinue && !this.#hasContinued
  }

  /** Whether its body cannot be read to its end, so that nothing can follow it. */
  get endsConnection(): boolean {
    return this.head.expectsMore || this.holdsBody || this.incoming.hasFailed || this.incoming.left > SMALL_BODY
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

  /** Call before the reply is made. Only the first call counts: an error may replace the reply. */
  begin(): void {
    if (!this.#isOnTheWay) this.#way.begin()
    this.#isOnTheWay = true
  }

  /** Call when the reply will not be sent. */
  unsent(): void {
    if (this.#isOnTheWay) this.#way.drop()
  }

  /** Call when the body is decoded, to release it. */
  bodyRead(): void {
    this.incoming.drop()
  }

  /** Call when nobody awaits the reply any more. Calls that need no waiting still get a reply. */
  gone(): void {
    this.#isGone = true
    if (this.#whenGone.size === 0) return
    const listeners = [...this.#whenGone]
    this.#whenGone.clear()
    for (const listener of listeners) listener()
    this.#links.abandon()
  }

  /** Call when the client has ended its side: no more bytes arrive, and nobody awaits the reply. */
  left(): void {
    this.incoming.cutOff()
    this.gone()
  }

  #readLate(limit: number): Promise<Uint8Array | undefined> {
    if (!this.#hasContinued) this.#links.sendContinue()
    this.#hasContinued = true
    return this.incoming.read(limit)
  }
}
