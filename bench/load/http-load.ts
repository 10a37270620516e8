/**
 * A cheap load generator: it writes prepared requests to plain sockets and parses only the length of replies. A client
 * of `node:http` would be slower than the server.
 */
import { connect, type Socket } from 'node:net'

/** A reply: its status and its body. */
export interface LoadReply {
  readonly status: number
  readonly body: Buffer
}

/** The bytes of a POST. */
export function postOf(path: string, host: string, type: string, body: Uint8Array): Buffer {
  const head = `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: ${type}\r\nAccept: ${type}\r\nContent-Length: ${body.byteLength}\r\n\r\n`
  return Buffer.concat([Buffer.from(head, 'latin1'), body])
}

/** A connection that sends one request at a time. */
export class LoadConnection {
  readonly #socket: Socket
  #pending: Buffer | undefined
  #done: ((reply: LoadReply) => void) | undefined
  #failed: ((error: Error) => void) | undefined

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', (chunk) => this.#received(chunk))
    socket.on('error', (error) => this.#failed?.(error))
    socket.on('close', () => this.#failed?.(new Error('the server closed the connection')))
  }

  /** Connects to a server. */
  static open(host: string, port: number): Promise<LoadConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port }, () => resolve(new LoadConnection(socket)))
      socket.once('error', reject)
    })
  }

  /** Sends a request. `done` gets its reply, `failed` the error. */
  send(request: Buffer, done: (reply: LoadReply) => void, failed: (error: Error) => void): void {
    this.#done = done
    this.#failed = failed
    this.#socket.write(request)
  }

  close(): void {
    this.#failed = undefined
    this.#socket.destroy()
  }

  #received(chunk: Buffer): void {
    const bytes = this.#pending === undefined ? chunk : Buffer.concat([this.#pending, chunk])
    const reply = parseReply(bytes)
    this.#pending = reply === undefined ? bytes : undefined
    if (reply !== undefined) this.#done?.(reply)
  }
}

/**
 * Sends all requests over the connections, each as soon as one is free. Returns the replies in order of the requests.
 */
export function drive(connections: readonly LoadConnection[], requests: readonly Buffer[]): Promise<LoadReply[]> {
  const replies: LoadReply[] = new Array(requests.length)
  let next = 0
  let open = 0
  return new Promise((resolve, reject) => {
    const step = (connection: LoadConnection) => {
      const index = next++
      const request = requests[index]
      if (request === undefined) return
      open++
      const done = (reply: LoadReply) => {
        replies[index] = reply
        open--
        step(connection)
        if (open === 0) resolve(replies)
      }
      connection.send(request, done, reject)
    }
    for (const connection of connections) step(connection)
  })
}

/** The reply in these bytes, or undefined while it is incomplete. */
function parseReply(bytes: Buffer): LoadReply | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const head = bytes.toString('latin1', 0, end).toLowerCase()
  const status = Number(head.slice(9, 12))
  const at = head.indexOf('content-length:')
  if (at < 0) {
    const body = chunkedBody(bytes, end + 4)
    return body === undefined ? undefined : { status, body }
  }
  const length = Number.parseInt(head.slice(at + 15), 10)
  if (bytes.length < end + 4 + length) return undefined
  return { status, body: bytes.subarray(end + 4, end + 4 + length) }
}

/** A chunked body, as other servers send long ones. Undefined while the last chunk is missing. */
function chunkedBody(bytes: Buffer, start: number): Buffer | undefined {
  const parts: Buffer[] = []
  let at = start
  for (;;) {
    const line = bytes.indexOf('\r\n', at)
    if (line < 0) return undefined
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16)
    if (bytes.length < line + 2 + size + 2) return undefined
    if (size === 0) return Buffer.concat(parts)
    parts.push(bytes.subarray(line + 2, line + 2 + size))
    at = line + 2 + size + 2
  }
}
