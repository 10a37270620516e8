/** An HTTP server around the handler. */
import type { Duplex } from 'node:stream'
import type { Clock } from '../../clock/clock.js'
import type { TimeSource } from '../../clock/time-source.js'
import { ReplyPace } from '../reply-pace.js'
import { reset } from './broken-reply.js'
import { HttpConnection } from './connection.js'
import type { Answering, ConnectionContext } from './connection-context.js'
import { type Entrance, OPEN_ENTRANCE } from './entrance.js'
import type { Meter } from './meter.js'
import { ReplyHeads } from './reply-heads.js'
import { Watch } from './watch.js'

/**
 * Serves HTTP on real sockets and on pairs of streams in memory. It parses HTTP itself, because it must reject and accept what the
 * server does. `node:http` differs from that, and between its versions. The clock tracks every reply.
 */
export class HttpServer {
  readonly #context: ConnectionContext
  readonly #connections = new Map<Duplex, HttpConnection>()

  /** `wakeAfter` sets the timers for slow clients. Default: real time, whatever the clock shows. */
  constructor(handler: Answering, clock: Clock, meter: Meter, wakeAfter?: TimeSource['wakeAfter']) {
    const [pace, replyHeads, watch] = [new ReplyPace(), new ReplyHeads(), new Watch(wakeAfter)]
    this.#context = { handler, clock, meter, pace, replyHeads, watch, entrance: OPEN_ENTRANCE }
  }

  /** What is let in. Default: everything. */
  set entrance(entrance: Entrance) {
    this.#context.entrance = entrance
  }

  /** Serves a client until one of both sides hangs up. `peer` is the address of its machine, unless it is in this process. */
  accept(socket: Duplex, peer?: string): void {
    const { entrance } = this.#context
    if (entrance.isAway && !entrance.isWatched) {
      entrance.turnedAway()
      reset(socket)
      return
    }
    this.#connections.set(socket, new HttpConnection(socket, this.#context, peer))
    socket.once('close', () => this.#connections.delete(socket))
  }

  /** Breaks all connections, as when the machine of the server is gone. Those whose last request passes stay. */
  resetConnections(): void {
    const { isWatched } = this.#context.entrance
    for (const [socket, connection] of this.#connections) if (!isWatched || !connection.passes) reset(socket)
  }

  /** Ends all connections, whatever they are waiting for. */
  destroyConnections(): void {
    for (const socket of this.#connections.keys()) socket.destroy()
  }
}
