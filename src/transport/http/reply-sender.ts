/**
 * Sends replies on a connection. Large replies are sent in pieces, which shows whether the client reads. When the connection closes,
 * pending replies no longer count as memory in use, because streams do not say whether they were sent.
 */
import type { Duplex } from 'node:stream'
import type { Way } from '../../clock/clock.js'
import { byteTextOf } from '../../protocol/byte-text.js'
import type { WireReply } from '../../protocol/exchange.js'
import type { Meter } from './meter.js'
import type { ReplyForm, ReplyHeads } from './reply-heads.js'

/** A reply up to this size is copied to be written together with its head. In bytes. */
const SMALL_REPLY = 4_096
/** The size of the first piece in bytes. Most replies fit, and larger ones soon show whether the client reads. */
const FIRST_PIECE = 262_144
const PIECE = 65_536

/** The parts that senders share. */
export interface SenderContext {
  readonly meter: Meter
  readonly replyHeads: ReplyHeads
}

/** Sends replies to one client, and tracks whether it reads them. */
export class ReplySender {
  /** Changes whenever a piece has left. */
  moves = 0
  readonly #socket: Duplex
  readonly #context: SenderContext
  readonly #way: Way
  readonly #whenSent: () => void
  /** Whether the socket does not have all of a reply yet. */
  #isSending = false
  /** How many bytes have not left yet. */
  #leaving = 0
  #isClosed = false
  /** Whether the reply is one whose body goes on. */
  #goesOn = false
  #end: (() => void) | undefined

  /** `whenSent` is called when the socket has all of a large reply. */
  constructor(socket: Duplex, context: SenderContext, way: Way, whenSent: () => void) {
    this.#socket = socket
    this.#context = context
    this.#way = way
    this.#whenSent = whenSent
  }

  /** Whether the client has to read before more can be sent. */
  get isFull(): boolean {
    return this.#isSending || this.#socket.writableNeedDrain
  }

  /** Whether something has not left yet. */
  get isUnread(): boolean {
    return this.#isSending || this.#socket.writableLength > 0
  }

  /** Sends a reply. Its `begin` was called on the way to the client. */
  send(reply: WireReply, form: ReplyForm): void {
    const { body } = reply
    const head = this.#context.replyHeads.of(reply, form)
    const size = form.withoutBody ? 0 : body.byteLength
    this.#way.leaves()
    this.#context.meter.leaves(size)
    this.#leaving += size
    if (size <= SMALL_REPLY) {
      // As text, the body is written in one piece with the head.
      const text = size === 0 ? head : head + byteTextOf(body)
      this.#socket.write(text, 'latin1', (error) => this.#left(size, error))
      return
    }
    this.#socket.cork()
    this.#socket.write(head, 'latin1')
    this.#sendPiece(body, 0)
    this.#socket.uncork()
  }

  /** Sends the head of a reply whose body goes on. It counts as arrived: nobody can say when the body is complete. */
  begin(reply: WireReply, form: ReplyForm): void {
    this.#goesOn = true
    this.#way.leaves()
    this.#socket.write(this.#context.replyHeads.of(reply, form), 'latin1', (error) => this.#left(0, error))
  }

  /** Sends a piece of a body that goes on. Returns whether the socket takes more at once. */
  more(piece: Uint8Array): boolean {
    const size = piece.byteLength
    this.#context.meter.leaves(size)
    this.#leaving += size
    return this.#socket.write(piece, (error) => {
      if (error || this.#isClosed) return
      this.moves++
      this.#way.moved()
      this.#leaving -= size
      this.#context.meter.hasLeft(size)
    })
  }

  /** Ends the connection for writing after the current reply. Calls `ended` when everything has left. */
  end(ended?: () => void): void {
    // The end of a body that goes on is on its way until the connection is closed.
    if (this.#goesOn) {
      this.#way.begin()
      this.#way.leaves()
    }
    this.#end = () => this.#socket.end(ended)
    if (!this.#isSending) this.#end()
  }

  /** Call when the connection is closed. */
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
    // A socket closes after it fails.
    if (error || this.#isClosed) return
    this.moves++
    this.#leaving -= size
    this.#context.meter.hasLeft(size)
    this.#way.end()
  }
}
