/**
 * HTTP around the handler, for real sockets and for pairs of streams in memory alike. Read by hand, because it must refuse and
 * let pass what the server does, and `node:http` decides that itself, differently in each version.
 */
import type { Duplex } from 'node:stream'
import type { Clock } from '../../clock/clock.js'
import type { Handler } from '../handler.js'
import { ReplyPace } from '../reply-pace.js'
import { type ConnectionContext, HttpConnection } from './connection.js'
import type { Meter } from './meter.js'
import { ReplyWriter } from './reply-writer.js'

/** See the head of this file. Answers on their way are told to the clock. */
export class HttpServer {
  readonly #context: ConnectionContext
  readonly #sockets = new Set<Duplex>()

  constructor(handler: Handler, clock: Clock, meter: Meter) {
    this.#context = { handler, clock, meter, pace: new ReplyPace(), writer: new ReplyWriter() }
  }

  /** Serves whoever is at the other end, until one of both hangs up. */
  accept(socket: Duplex): void {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    new HttpConnection(socket, this.#context)
  }

  /** Ends all connections, whatever they wait for. */
  destroyConnections(): void {
    for (const socket of this.#sockets) socket.destroy()
  }
}
