/** Listens on a TCP port. By default, neither the port nor its connections keep the process alive. */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { usageError } from '../errors.js'
import type { HttpServer } from './http/http-server.js'

/** The options of {@link listen}. */
export interface ListenOptions {
  /** Default `127.0.0.1`. */
  readonly host?: string
  /** The port. Default 0: a free one, chosen by the system. */
  readonly port?: number
  /** Whether listening keeps the process alive. Default false. */
  readonly keepsProcess?: boolean
}

/** An open port. */
export interface Listener {
  /** The address as `host:port`. */
  readonly address: string
  /** Closes the port and its connections. */
  close(): Promise<void>
}

/** Opens a port. @throws QueratorError if it cannot */
export function listen(server: HttpServer, options: ListenOptions = {}): Promise<Listener> {
  const { host = '127.0.0.1', port = 0, keepsProcess = false } = options
  // A client may end its side first and still wait for its reply.
  const tcp = createServer({ noDelay: true, allowHalfOpen: true }, (socket: Socket) => {
    if (!keepsProcess) socket.unref()
    server.accept(socket, socket.remoteAddress ?? 'unknown')
  })
  if (!keepsProcess) tcp.unref()
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) => reject(listenError(host, port, error))
    tcp.once('error', failed)
    tcp.listen({ host, port, backlog: 4096 }, () => {
      tcp.off('error', failed)
      resolve({ address: addressOf(tcp), close: () => closed(tcp, server) })
    })
  })
}

function addressOf(tcp: Server): string {
  const { family, address, port } = tcp.address() as AddressInfo
  return `${family === 'IPv6' ? `[${address}]` : address}:${port}`
}

function closed(tcp: Server, server: HttpServer): Promise<void> {
  return new Promise((resolve) => {
    tcp.close(() => resolve())
    server.destroyConnections()
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
