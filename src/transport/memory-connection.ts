/** In-memory connections: a pair of streams that behave enough like sockets for HTTP clients. */
import type { Duplex } from 'node:stream'
import type { HttpServer } from './http/http-server.js'

/** Socket methods that HTTP clients call and that do nothing here. Each returns the stream. */
const SOCKET_HABITS = ['setTimeout', 'setNoDelay', 'setKeepAlive', 'ref', 'unref'] as const

/** Connects to a server. Returns the client's end. What it sends waits until the server is there. */
export function connectInMemory(server: Promise<HttpServer>): Duplex {
  const [client, accepted] = socketPair()
  // A pair of streams does not close its other end.
  client.once('close', () => accepted.destroy())
  accepted.once('close', () => client.destroy())
  server.then(
    // The other end closes a turn later.
    (there) => client.destroyed || there.accept(accepted),
    (error: Error) => client.destroy(error),
  )
  return client
}

/** Returns a connection that fails with `error` once `until` has resolved, like one to a closed port. */
export function refusedConnection(until: Promise<void>, error: Error): Duplex {
  const [client] = socketPair()
  void until.then(() => client.destroy(error))
  return client
}

/** Returns both ends of a connection, the client's first. Streams are loaded with the first one. */
function socketPair(): [Duplex, Duplex] {
  const [client, accepted] = process.getBuiltinModule('node:stream').duplexPair()
  for (const habit of SOCKET_HABITS) Object.defineProperty(client, habit, { value: () => client })
  return [client, accepted]
}
