/**
 * Sends replies on a connection. Large ones go out in pieces, which shows whether the client reads. When the connection closes, all that is
 * on its way is counted out, because streams do not say what became of it.
 */
import type { Duplex } from 'node:stream'
import type { Way } from '../../clock/clock.js'
import { byteTextOf } from '../../protocol/byte-text.js'
import type { WireReply } from '../../protocol/exchange.js'
import type { Meter } from './meter.js'
import type { ReplyForm, ReplyHeads } from './reply-heads.js'

/** A reply up to this size is copied once more rather than written apart from its head, in bytes. */
const SMALL_REPLY = 4_096
/** This much of a reply is written at once, in bytes: most go out whole, and larger ones show soon whether they are read. */
const FIRST_PIECE = 262_144
const PIECE = 65_536

/** What senders share. */
export interface SenderContext {
  readonly meter: Meter
  readonly replyHeads: ReplyHeads
}

/** Sends replies to one client, and tells whether it reads them. */
export class ReplySender {
  /** Another number whenever a piece has left. */
  moves = 0
  readonly #socket: Duplex
  readonly #context: SenderContext
  readonly #way: Way
  readonly #whenSent: () => void
  /** Whether some of a reply is not with the socket yet. */
  #isSending = false
  /** How much is on its way, in bytes. */
  #leaving = 0
  #isClosed = false
  #end: (() => void) | undefined

  /** `whenSent` is called when all of a large reply is with the socket. */
  constructor(socket: Duplex, context: SenderContext, way: Way, whenSent: () => void) {
    this.#socket = socket
    this.#context = context
    this.#way = way
    this.#whenSent = whenSent
  }

  /** Whether the client has to read before more is sent. */
  get isFull(): boolean {
    return this.#isSending || this.#socket.writableNeedDrain
  }

  /** Whether there is something that has not left. */
  get isUnread(): boolean {
    return this.#isSending || this.#socket.writableLength > 0
  }

  /** Sends a reply that the way to the client has begun already. */
  send(reply: WireReply, form: ReplyForm): void {
    const { body } = reply
    const head = this.#context.replyHeads.of(reply, form)
    const size = form.withoutBody ? 0 : body.byteLength
    this.#way.leaves()
    this.#context.meter.leaves(size)
    this.#leaving += size
    if (size <= SMALL_REPLY) {
      // A text goes out in one piece with the head.
      const text = size === 0 ? head : head + byteTextOf(body)
      this.#socket.write(text, 'latin1', (error) => this.#left(size, error))
      return
    }
    this.#socket.cork()
    this.#socket.write(head, 'latin1')
    this.#sendPiece(body, 0)
    this.#socket.uncork()
  }

  /** Ends the connection for writing, after what is being sent. Calls `ended` when all of it has left. */
  end(ended?: () => void): void {
    this.#end = () => this.#socket.end(ended)
    if (!this.#isSending) this.#end()
  }

  /** The connection is closed. */
  close(): void {
    this.#isClosed = true
    this.#isSending = false
    this.#way.close()
    this.#context.meter.hasLeft(this.#leaving)
  }

  #sendPiece(body: Uint8Array, from: number): void {
    const to = Math.min(from + (from === 0 ? FIRST_PIECE : PIECE), body.byteLength)
    const isLast = to === body.byteLength
    this.#isSending = !isLast
    this.#socket.write(isLast && from === 0 ? body : body.subarray(from, to), (error) => {
      if (isLast) this.#left(body.byteLength, error)
      else if (!error && !this.#isClosed) this.#goOn(body, to)
    })
  }

  #goOn(body: Uint8Array, from: number): void {
    this.moves++
    this.#way.moved()
    this.#sendPiece(body, from)
    if (this.#isSending) return
    this.#end?.()
    this.#whenSent()
  }

  #left(size: number, error: Error | null | undefined): void {
    // A socket that fails is closed after this.
    if (error || this.#isClosed) return
    this.moves++
    this.#leaving -= size
    this.#context.meter.hasLeft(size)
    this.#way.end()
  }
}
