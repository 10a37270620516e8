/** An HTTP server around the handler. */
import type { Duplex } from 'node:stream'
import type { Clock } from '../../clock/clock.js'
import type { TimeSource } from '../../clock/time-source.js'
import { ReplyPace } from '../reply-pace.js'
import { reset } from './broken-reply.js'
import { HttpConnection } from './connection.js'
import type { Answering, ConnectionContext } from './connection-context.js'
import type { Meter } from './meter.js'
import { ReplyHeads } from './reply-heads.js'
import { Watch } from './watch.js'

/**
 * Serves HTTP on real sockets and on pairs of streams in memory. It parses HTTP itself, because it must reject and accept what the
 * server does. `node:http` differs from that, and between its versions. The clock tracks every reply.
 */
export class HttpServer {
  readonly #context: ConnectionContext
  readonly #sockets = new Set<Duplex>()
  /** Whether new connections are reset. */
  isAway = false
  /** Called for each connection that is reset because of that. */
  turnedAway: () => void = () => undefined

  /** `wakeAfter` sets the timers for slow clients. Default: real time, whatever the clock shows. */
  constructor(handler: Answering, clock: Clock, meter: Meter, wakeAfter?: TimeSource['wakeAfter']) {
    const [pace, replyHeads, watch] = [new ReplyPace(), new ReplyHeads(), new Watch(wakeAfter)]
    this.#context = { handler, clock, meter, pace, replyHeads, watch }
  }

  /** Serves a client until one of both sides hangs up. `peer` is the address of its machine, unless it is in this process. */
  accept(socket: Duplex, peer?: string): void {
    if (this.isAway) {
      this.turnedAway()
      reset(socket)
      return
    }
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    new HttpConnection(socket, this.#context, peer)
  }

  /** Breaks all connections, as when the machine of the server is gone. */
  resetConnections(): void {
    for (const socket of this.#sockets) reset(socket)
  }

  /** Ends all connections, whatever they are waiting for. */
  destroyConnections(): void {
    for (const socket of this.#sockets) socket.destroy()
  }
}
