/** One HTTP connection. */
import type { Duplex } from 'node:stream'
import type { Way } from '../../clock/clock.js'
import { turnDue } from '../../clock/event-loop.js'
import type { Breaks, ReplyStream, StreamSource, WireReply } from '../../protocol/exchange.js'
import { sendBroken } from './broken-reply.js'
import type { ConnectionContext } from './connection-context.js'
import { turnsAway } from './entrance.js'
import { CONTINUE, EXPECTATION_FAILED, lastForm, OF_SERVER } from './fixed-replies.js'
import { HeadReader } from './head-reader.js'
import { Inbox } from './inbox.js'
import { malformed, Refusal } from './refusal.js'
import { ReplySender } from './reply-sender.js'
import { type RequestLinks, ServedRequest } from './served-request.js'
import type { Debt, Watched } from './watch.js'

/** How much of a refused body is read and dropped, so that the client can read the reply. In bytes. */
const MOST_DROPPED = 256_000_000
/** How many bytes must arrive after a request before they are read as the next one. Fewer are ignored. */
const LEAST_AFTER = 4
/** How many bytes are buffered while a request is being served. */
const MOST_AHEAD = 262_144

/**
 * One connection. It reads requests, passes them to the handler one after the other, and writes their replies. Pipelined requests wait
 * for each other, as on the server.
 *
 * States:
 * - reading a head: there is no request
 * - serving: the handler has the request. Its body may still be arriving
 * - answered: the rest of its body is dropped
 * - hanging up: the last reply is written. Everything else that arrives is dropped
 */
export class HttpConnection implements Watched {
  /** Whether it may stay while the daemon is away: its last request gets in then, or there was none. The next one is checked anyway. */
  passes = true
  readonly #socket: Duplex
  readonly #context: ConnectionContext
  readonly #way: Way
  readonly #replies: ReplySender
  readonly #inbox = new Inbox()
  readonly #heads = new HeadReader()
  readonly #links: RequestLinks
  #request: ServedRequest | undefined
  /** The source of a reply whose body goes on. */
  #source: StreamSource | undefined
  /** How many bytes must arrive before they are read as a request. */
  #least = 1
  #isHangingUp = false
  #hasEnded = false
  #dropped = 0
  #moves = 0

  /** `peer` is the address of the client's machine, unless it is in this process. */
  constructor(socket: Duplex, context: ConnectionContext, peer?: string) {
    this.#socket = socket
    this.#context = context
    this.#way = context.clock.way()
    this.#links = {
      peer,
      sendContinue: () => socket.write(CONTINUE),
      abandon: () => this.#hangUp(true),
    }
    this.#replies = new ReplySender(socket, context, this.#way, () => this.#advance())
    socket.on('data', (chunk: Buffer) => this.#receive(chunk))
    socket.once('end', () => this.#inputEnded())
    socket.once('close', () => this.#closed())
    socket.on('drain', () => this.#source?.ready())
    socket.on('drain', () => this.#advance())
    // Only the client can do something about a broken socket. The socket closes after this.
    socket.on('error', () => undefined)
  }

  get debt(): Debt | undefined {
    if (this.#socket.destroyed) return undefined
    if (this.#replies.isUnread) return 'read'
    if (this.#isHangingUp) return this.#socket.writableFinished ? 'close' : 'read'
    const request = this.#request
    // A slowly arriving head is not a move: it has one minute in all.
    if (request === undefined) return !this.#hasEnded && this.#inbox.length >= this.#least ? 'head' : undefined
    return request.incoming.isOpen && !request.holdsBody ? 'body' : undefined
  }

  get moves(): number {
    return this.#moves + this.#replies.moves
  }

  /** Does what Go's server does: closes without a reply after half a head, and reports half a body as a read error. */
  giveUp(debt: Debt): void {
    if (debt === 'head') this.#hangUp(true)
    else if (debt === 'body') {
      this.#request?.incoming.fail(new Error('i/o timeout'))
      this.#advance()
    } else this.#socket.destroy()
  }

  #receive(chunk: Buffer): void {
    if (this.#isHangingUp) {
      this.#moves++
      this.#dropped += chunk.length
      if (this.#dropped > MOST_DROPPED) this.#socket.destroy()
      return
    }
    this.#inbox.push(chunk)
    this.#advance()
    if (this.#inbox.length > MOST_AHEAD && this.#request !== undefined) this.#socket.pause()
  }

  /** Processes what has arrived, until it needs more bytes or a reply. */
  #advance(): void {
    while (!this.#isHangingUp && !this.#replies.isFull) {
      const request = this.#request
      if (request?.incoming.isOpen) {
        if (this.#inbox.length === 0) break
        this.#feed(request)
      } else if (request?.incoming.hasFailed && request.isAnswered) this.#hangUp(false)
      else if (request?.isAnswered) this.#request = undefined
      else if (request !== undefined || !this.#begin()) break
    }
    if (this.#request === undefined || this.#inbox.length <= MOST_AHEAD) this.#socket.resume()
    this.#lookAfter()
  }

  #feed(request: ServedRequest): void {
    this.#moves++
    this.#inbox.take(request.incoming.feed(this.#inbox.bytes))
  }

  #lookAfter(): void {
    if (this.debt !== undefined) this.#context.watch.add(this)
  }

  /** Begins the next request. Returns whether its head was complete. */
  #begin(): boolean {
    try {
      const found = this.#inbox.length < this.#least ? undefined : this.#heads.read(this.#inbox.bytes)
      if (found === undefined) {
        if (this.#hasEnded) this.#end()
        return false
      }
      const request = new ServedRequest(found.head, this.#context, this.#links, this.#way)
      this.#inbox.take(found.end)
      this.#moves++
      this.#request = request
      this.#least = LEAST_AFTER
      if (request.incoming.isOpen) this.#feed(request)
      const { entrance } = this.#context
      this.passes = entrance.isWatched && entrance.passes(request)
      if (turnsAway(entrance, request, this.#socket)) return false
      if (this.#hasEnded) request.left()
      void this.#serve(request)
      return true
    } catch (error) {
      this.#refuse(error instanceof Refusal ? error : malformed())
      return false
    }
  }

  async #serve(request: ServedRequest): Promise<void> {
    const reply = request.head.expectsMore ? EXPECTATION_FAILED : await this.#replyTo(request)
    // In-memory connections never let the event loop turn on their own.
    const turn = turnDue()
    if (turn !== undefined) await turn
    if (this.#socket.destroyed || this.#isHangingUp) request.unsent()
    else if (request.breaks !== undefined) this.#break(request, reply, request.breaks)
    else if (reply.stream !== undefined) this.#begins(request, reply, reply.stream)
    else this.#deliver(request, reply)
  }

  #replyTo(request: ServedRequest): WireReply | Promise<WireReply> {
    // This request is about the server as a whole and does not go to the handler.
    if (request.method === 'OPTIONS' && request.target === '*') return OF_SERVER
    return this.#context.handler.handle(request)
  }

  #deliver(request: ServedRequest, reply: WireReply): void {
    const { head, incoming } = request
    incoming.drop()
    const keepsAlive = head.keepsAlive && !request.endsConnection
    const form = { isOld: head.isOld, keepsAlive, withoutBody: head.method === 'HEAD' }
    request.begin()
    this.#replies.send(reply, form)
    request.isAnswered = true
    if (keepsAlive) this.#advance()
    else this.#hangUp(!incoming.isOpen && !incoming.hasFailed)
  }

  /** Does what a fault wants of a reply. */
  #break(request: ServedRequest, reply: WireReply, how: Breaks): void {
    request.unsent()
    this.#isHangingUp = true
    this.#inbox.clear()
    const form = lastForm(request)
    sendBroken(this.#socket, how, () => this.#context.replyHeads.of(reply, form), reply.body)
  }

  /** Sends a reply whose body goes on until its source or the client ends it. */
  #begins(request: ServedRequest, reply: WireReply, stream: ReplyStream): void {
    request.incoming.drop()
    request.begin()
    this.#replies.begin(reply, lastForm(request))
    const write = (piece: Uint8Array) => {
      const takesMore = this.#replies.more(piece)
      this.#lookAfter()
      return takesMore
    }
    this.#source = stream({ write, end: () => this.#hangUp(true) })
    request.whenGone(() => this.#source?.close())
  }

  #refuse(refusal: Refusal): void {
    this.#socket.write(refusal.text, 'latin1')
    this.#hangUp(false)
  }

  /** Ends the connection. What the client still sends is dropped, because an error would make it lose the reply. */
  #hangUp(hasAll: boolean): void {
    if (this.#isHangingUp) return
    this.#isHangingUp = true
    this.#inbox.clear()
    this.#socket.resume()
    this.#replies.end(hasAll ? () => this.#socket.destroy() : undefined)
    this.#lookAfter()
  }

  /** Call when the client has ended its side. It does not wait any more, but it may still get replies that need no waiting. */
  #inputEnded(): void {
    this.#hasEnded = true
    this.#request?.left()
    this.#advance()
  }

  /** Ends the connection after the last request. */
  #end(): void {
    if (this.#inbox.length >= this.#least) this.#refuse(malformed())
    else this.#hangUp(true)
  }

  #closed(): void {
    this.#isHangingUp = true
    this.#request?.incoming.fail(new Error('the client hung up'))
    this.#request?.incoming.drop()
    this.#request?.gone()
    this.#replies.close()
  }
}
