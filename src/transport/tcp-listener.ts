/** Listening on a real port. Neither the server nor its connections keep the process open, unless asked to. */
import type { Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { usageError } from '../errors.js'

/** Where to listen. */
export interface ListenOptions {
  /** Default `127.0.0.1`. */
  readonly host?: string
  /** 0, the default: a free one, chosen by the system. */
  readonly port?: number
  /** Whether listening keeps the process running; default no. */
  readonly keepsProcess?: boolean
}

/** Opens the port; answers where the server listens, as `host:port`. @throws QueratorError when it cannot */
export function listen(server: Server, options: ListenOptions = {}): Promise<string> {
  const { host = '127.0.0.1', port = 0, keepsProcess = false } = options
  if (!keepsProcess) {
    server.unref()
    server.on('connection', (socket: Socket) => socket.unref())
  }
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) => reject(listenError(host, port, error))
    server.once('error', failed)
    server.listen({ host, port, backlog: 4096 }, () => {
      server.off('error', failed)
      const address = server.address() as AddressInfo
      resolve(`${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`)
    })
  })
}

function listenError(host: string, port: number, error: NodeJS.ErrnoException) {
  const where = `${host}:${port}`
  const reasons: Record<string, string> = {
    EADDRINUSE: 'the port is in use; stop what listens there, or choose another port (0 takes a free one)',
    EACCES: 'listening there is not allowed; choose a port above 1023',
    EADDRNOTAVAIL: 'this machine does not have that address',
    ENOTFOUND: 'there is no host of that name',
  }
  return usageError(`cannot listen on ${where}: ${reasons[error.code ?? ''] ?? error.message}`, error)
}
