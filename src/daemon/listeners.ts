/** The TCP port of a daemon, and its connections in memory. */
import type { Duplex } from 'node:stream'
import type { Clock } from '../clock/clock.js'
import { nextTurn } from '../clock/real-time.js'
import type { Handler } from '../transport/handler.js'
import type { Entrance } from '../transport/http/entrance.js'
import type { HttpServer } from '../transport/http/http-server.js'
import { connectInMemory, refusedConnection } from '../transport/memory-connection.js'
import type { Listener, ListenOptions } from '../transport/tcp-listener.js'
import { socketError } from './faults/broken.js'
import type { Faults } from './faults/faults.js'
import type { Presence } from './lives/presence.js'

/** How many turns of the event loop the end of a connection takes to reach the other side. */
const TURNS_OF_END = 3

/** Opens the port of a daemon, once, and its connections in memory. What speaks HTTP is loaded with the first of them. */
export class Listeners {
  readonly #serverParts: ConstructorParameters<typeof HttpServer>
  /** Serves connections in memory. Created with the first. */
  #memoryServer: Promise<HttpServer> | undefined
  /** Serves the port, from one life to the next. */
  #portServer: Promise<HttpServer> | undefined
  readonly #connections = new Set<Duplex>()
  /** The connections in memory that no server has taken yet. */
  readonly #untaken = new Set<Duplex>()
  readonly #servers: HttpServer[] = []
  readonly #entrance: Entrance
  readonly #presence: Presence
  #listening: Promise<Listener> | undefined
  #options: ListenOptions | undefined
  /** Where it listened before the daemon went down. */
  #before: string | undefined

  constructor(faults: Faults, handler: Handler, clock: Clock, meter: ConstructorParameters<typeof HttpServer>[2]) {
    this.#serverParts = [handler, clock, meter]
    this.#presence = faults.presence
    this.#entrance = {
      get isAway() {
        return faults.isAway
      },
      get isWatched() {
        return handler.others !== undefined
      },
      passes: (request) => handler.passes(request),
      turnedAway: (request) => faults.turnedAway(request),
    }
  }

  /** Breaks all connections, because the daemon is away now. */
  resetConnections(): void {
    for (const server of this.#servers) server.resetConnections()
  }

  /** Opens a connection in memory. What it sends waits for `until`, if that is given. */
  connect(until?: Promise<void>): Duplex {
    const { isAway, isWatched } = this.#entrance
    if (isAway && !isWatched) {
      this.#entrance.turnedAway()
      return refusedConnection(nextTurn(), this.#presence.breaking(socketError('refused')))
    }
    this.#memoryServer ??= this.#newServer(() => {
      this.#memoryServer = undefined
    })
    const there = this.#memoryServer
    const server = until === undefined ? there : until.then(() => there)
    const connection = connectInMemory(server)
    this.#connections.add(connection)
    this.#untaken.add(connection)
    const taken = () => this.#untaken.delete(connection)
    server.then(taken, taken)
    connection.once('close', () => this.#connections.delete(connection))
    return connection
  }

  /** Opens a TCP port once. Returns `host:port`. @throws QueratorError if it cannot */
  async listen(options?: ListenOptions): Promise<string> {
    this.#listening ??= this.#openPort(options)
    try {
      const { address } = await this.#listening
      this.#presence.address = address
      return address
    } catch (error) {
      // The next attempt may use another address.
      this.#listening = undefined
      throw error
    }
  }

  /** Breaks all connections, because the daemon goes down. Closes the port too, unless further routes are still served there. */
  async leave(): Promise<void> {
    this.resetConnections()
    // Those that no server has taken yet would reach the next life.
    for (const connection of this.#untaken) connection.destroy()
    const listener = await this.#listening?.catch(() => undefined)
    if (listener !== undefined && !this.#entrance.isWatched) {
      this.#before = listener.address
      this.#listening = undefined
      await listener.close()
    }
    // A client of this process that keeps a connection sees its end before it sends the next request.
    for (let turn = 0; turn < TURNS_OF_END; turn++) await nextTurn()
  }

  /** Listens again where it did before. @throws QueratorError if something else does so now */
  async comeBack(): Promise<void> {
    const address = this.#before
    if (address === undefined) return
    const port = Number(address.slice(address.lastIndexOf(':') + 1))
    await this.listen({ ...this.#options, port })
    this.#before = undefined
  }

  async #openPort(options?: ListenOptions): Promise<Listener> {
    this.#options = options
    this.#portServer ??= this.#newServer(() => {
      this.#portServer = undefined
    })
    const [{ listen }, server] = await Promise.all([import('../transport/tcp-listener.js'), this.#portServer])
    return listen(server, options)
  }

  /** Makes a server. If it cannot, it calls `forget`, and the next connection tries again. */
  async #newServer(forget: () => void): Promise<HttpServer> {
    const { HttpServer } = await import('../transport/http/http-server.js').catch((error: unknown) => {
      forget()
      throw error
    })
    const server = new HttpServer(...this.#serverParts)
    server.entrance = this.#entrance
    this.#servers.push(server)
    return server
  }

  /** Whether it has a port, so that other processes can reach it. */
  get listening(): boolean {
    return this.#listening !== undefined || this.#before !== undefined
  }

  /** Resolves when the server has seen what clients of this process have done to their sockets. */
  async settled(): Promise<void> {
    await nextTurn()
    if (this.#listening !== undefined && !this.#entrance.isAway) {
      const { knock } = await import('../transport/knock.js')
      await knock((await this.#listening).address)
    }
    await nextTurn()
  }

  /** Closes the port and its connections. */
  async stopListening(): Promise<void> {
    const listener = await this.#listening?.catch(() => undefined)
    await listener?.close()
  }

  /** Ends all connections and the port. */
  async close(): Promise<void> {
    for (const connection of this.#connections) connection.destroy()
    await this.stopListening()
  }
}
