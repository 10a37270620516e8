/** How clients reach a daemon besides `send`: a TCP port, and connections in memory. */
import type { Duplex } from 'node:stream'
import { nextTurn } from '../clock/real-time.js'
import type { HttpServer } from '../transport/http/http-server.js'
import { knock } from '../transport/knock.js'
import { connectInMemory } from '../transport/memory-connection.js'
import { type Listener, type ListenOptions, listen } from '../transport/tcp-listener.js'

/** The port of a daemon, opened once, and its connections in memory. */
export class Listeners {
  readonly #newServer: () => HttpServer
  /** Serves connections in memory. Made when the first is asked for. */
  #memoryServer: HttpServer | undefined
  readonly #connections = new Set<Duplex>()
  #listening: Promise<Listener> | undefined

  constructor(newServer: () => HttpServer) {
    this.#newServer = newServer
  }

  /** Opens a connection in memory. */
  connect(): Duplex {
    this.#memoryServer ??= this.#newServer()
    const connection = connectInMemory(this.#memoryServer)
    this.#connections.add(connection)
    connection.once('close', () => this.#connections.delete(connection))
    return connection
  }

  /** Opens a TCP port, once. Returns `host:port`. @throws QueratorError when it cannot */
  async listen(options?: ListenOptions): Promise<string> {
    this.#listening ??= listen(this.#newServer(), options)
    try {
      return (await this.#listening).address
    } catch (error) {
      // Another address may work.
      this.#listening = undefined
      throw error
    }
  }

  /** Whether it has a port, so that other processes can reach it. */
  get listening(): boolean {
    return this.#listening !== undefined
  }

  /** Resolves when the server has seen what clients of this process did to their sockets until now. */
  async settled(): Promise<void> {
    await nextTurn()
    if (this.#listening !== undefined) await knock((await this.#listening).address)
    await nextTurn()
  }

  /** Ends the port, and connections to it. */
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
