/** Connections without a port: a pair of streams that behave enough like sockets for HTTP clients. */
import { type Duplex, duplexPair } from 'node:stream'
import type { HttpServer } from './http/http-server.js'

/** What HTTP clients do to a socket that means nothing here; each returns the stream itself. */
const SOCKET_HABITS = ['setTimeout', 'setNoDelay', 'setKeepAlive', 'ref', 'unref'] as const

/** Connects to a server, and returns the client's end. */
export function connectInMemory(server: HttpServer): Duplex {
  const [client, accepted] = duplexPair()
  for (const habit of SOCKET_HABITS) Object.defineProperty(client, habit, { value: () => client })
  // When one end is gone, the other must go too. A pair does not do that by itself.
  client.once('close', () => accepted.destroy())
  accepted.once('close', () => client.destroy())
  server.accept(accepted)
  return client
}

/** A connection that fails with `error` once `until` has resolved, as one to a closed port does. */
export function refusedConnection(until: Promise<void>, error: Error): Duplex {
  const [client] = duplexPair()
  for (const habit of SOCKET_HABITS) Object.defineProperty(client, habit, { value: () => client })
  void until.then(() => client.destroy(error))
  return client
}
