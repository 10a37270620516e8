/** Connections without a port: a pair of streams that behave enough like sockets for HTTP clients. */
import type { Server } from 'node:http'
import { type Duplex, duplexPair } from 'node:stream'

/** What HTTP clients and servers do to a socket that means nothing here; each answers the stream itself. */
const SOCKET_HABITS = ['setTimeout', 'setNoDelay', 'setKeepAlive', 'ref', 'unref'] as const

/** Connects to a server that listens nowhere; answers the client's end. */
export function connectInMemory(server: Server): Duplex {
  const [client, accepted] = duplexPair()
  for (const side of [client, accepted]) {
    for (const habit of SOCKET_HABITS) Object.defineProperty(side, habit, { value: () => side })
  }
  // When one end is gone the other is too; a pair does not do that by itself.
  client.once('close', () => accepted.destroy())
  accepted.once('close', () => client.destroy())
  server.emit('connection', accepted)
  return client
}
