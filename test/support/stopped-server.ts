/** An HTTP server for which real time passes only when the test says so, and ways to connect to it. */
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { MovableClock } from '../../src/clock/movable-clock.js'
import { MemoryBudget } from '../../src/engine/store/memory-budget.js'
import type { WireReply, WireRequest } from '../../src/protocol/exchange.js'
import { type Backend, Handler } from '../../src/transport/handler.js'
import { HttpServer } from '../../src/transport/http/http-server.js'
import { connectInMemory } from '../../src/transport/memory-connection.js'
import { listen } from '../../src/transport/tcp-listener.js'
import { FakeMachine } from './machine.js'
import { turn } from './turns.js'

/** The interval between a server's checks of its connections, in milliseconds. */
const LOOK = 250

/** A server, its clock and its machine. */
export class StoppedServer {
  readonly machine = new FakeMachine()
  readonly clock = new MovableClock('frozen', this.machine.source())
  readonly budget = new MemoryBudget(1e9)
  readonly server: HttpServer

  /** `handle` answers the requests. By default, calls of Querator return an empty result. */
  constructor(handle?: (request: WireRequest) => Promise<WireReply>) {
    const handler = handle === undefined ? new Handler(NO_BACKEND) : { handle }
    this.server = new HttpServer(handler, this.clock.exact, this.budget, this.machine.source().wakeAfter)
  }

  /** Lets this many seconds pass for everyone who waits. */
  async pass(seconds: number): Promise<void> {
    for (let looks = (seconds * 1000) / LOOK; looks > 0; looks--) {
      // Let data from the other end of a socket arrive in between.
      await turn()
      this.machine.wakeAfter(LOOK)
      await turn()
    }
  }
}

/** Ways to connect to a server. */
export const LINES: Record<string, (server: HttpServer) => Promise<Duplex>> = {
  'over TCP': async (server) => {
    const listener = await listen(server)
    const socket = connect({ port: Number(listener.address.split(':')[1]), host: '127.0.0.1', allowHalfOpen: true })
    socket.on('error', () => undefined).once('close', () => void listener.close())
    await once(socket, 'connect')
    return socket
  },
  'over an in-memory connection': async (server) => connectInMemory(Promise.resolve(server)),
}

const NO_BACKEND: Backend<undefined> = {
  identify: () => undefined,
  call: () => undefined,
  health: () => ({ healthy: true, version: '', now: 0 }),
  queueFigures: () => [],
  faultFigures: () => [],
  memoryFigures: async () => ({ used: 0, limit: 0, storages: [] }),
  refused: () => undefined,
  failed: () => undefined,
}
