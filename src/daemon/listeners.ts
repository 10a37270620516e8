/** The TCP port of a daemon, and its connections in memory. */
import type { Duplex } from 'node:stream'
import { nextTurn } from '../clock/real-time.js'
import type { HttpServer } from '../transport/http/http-server.js'
import { connectInMemory, refusedConnection } from '../transport/memory-connection.js'
import type { Listener, ListenOptions } from '../transport/tcp-listener.js'
import { socketError } from './faults/broken.js'

/** Opens the port of a daemon, once, and its connections in memory. What speaks HTTP is loaded with the first of them. */
export class Listeners {
  readonly #serverParts: ConstructorParameters<typeof HttpServer>
  /** Serves connections in memory. Created with the first. */
  #memoryServer: Promise<HttpServer> | undefined
  readonly #connections = new Set<Duplex>()
  readonly #servers: HttpServer[] = []
  readonly #turnedAway: () => void
  #isAway = false
  #listening: Promise<Listener> | undefined

  /** `turnedAway` is called for each connection while the daemon is away. */
  constructor(turnedAway: () => void, ...serverParts: ConstructorParameters<typeof HttpServer>) {
    this.#turnedAway = turnedAway
    this.#serverParts = serverParts
  }

  /** Breaks all connections and refuses new ones, or accepts them again. */
  setAway(isAway: boolean): void {
    this.#isAway = isAway
    for (const server of this.#servers) server.isAway = isAway
    if (isAway) for (const server of this.#servers) server.resetConnections()
  }

  /** Opens a connection in memory. */
  connect(): Duplex {
    if (this.#isAway) {
      this.#turnedAway()
      return refusedConnection(nextTurn(), socketError('refused'))
    }
    this.#memoryServer ??= this.#newServer().catch((error: unknown) => {
      // The next connection tries again.
      this.#memoryServer = undefined
      throw error
    })
    const connection = connectInMemory(this.#memoryServer)
    this.#connections.add(connection)
    connection.once('close', () => this.#connections.delete(connection))
    return connection
  }

  /** Opens a TCP port once. Returns `host:port`. @throws QueratorError if it cannot */
  async listen(options?: ListenOptions): Promise<string> {
    this.#listening ??= this.#openPort(options)
    try {
      return (await this.#listening).address
    } catch (error) {
      // The next attempt may use another address.
      this.#listening = undefined
      throw error
    }
  }

  async #openPort(options?: ListenOptions): Promise<Listener> {
    const [{ listen }, server] = await Promise.all([import('../transport/tcp-listener.js'), this.#newServer()])
    return listen(server, options)
  }

  async #newServer(): Promise<HttpServer> {
    const { HttpServer } = await import('../transport/http/http-server.js')
    const server = new HttpServer(...this.#serverParts)
    server.turnedAway = this.#turnedAway
    server.isAway = this.#isAway
    this.#servers.push(server)
    return server
  }

  /** Whether it has a port, so that other processes can reach it. */
  get listening(): boolean {
    return this.#listening !== undefined
  }

  /** Resolves when the server has seen what clients of this process have done to their sockets. */
  async settled(): Promise<void> {
    await nextTurn()
    if (this.#listening !== undefined && !this.#isAway) {
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
