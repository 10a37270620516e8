/** Connections in memory that end before a server takes them. */
import { expect, test, vi } from 'vitest'
import type { HttpServer } from '../../src/transport/http/http-server.js'
import { connectInMemory } from '../../src/transport/memory-connection.js'

test('a client that hangs up in the turn in which the server comes is not served', async () => {
  const accept = vi.fn<HttpServer['accept']>()
  for (const hangsUp of [true, false]) {
    let come = (_: HttpServer) => {}
    const server = new Promise<HttpServer>((resolve) => {
      come = resolve
    })
    const client = connectInMemory(server)
    client.write('GET /health HTTP/1.1\r\n\r\n')
    come({ accept } as unknown as HttpServer)
    if (hangsUp) client.destroy()
    await server
    expect(accept).toHaveBeenCalledTimes(hangsUp ? 0 : 1)
    client.destroy()
  }
})
