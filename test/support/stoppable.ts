/** A way to a server that can be stopped, as SIGSTOP stops its process: connections are accepted, and nothing comes back. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A server behind a port that can be stopped. */
export interface Stoppable {
  readonly endpoint: string
  stop(): void
  /** Lets what was sent meanwhile arrive. */
  goOn(): void
  close(): void
}

/** Opens a port before a server. */
export async function stoppable(endpoint: string): Promise<Stoppable> {
  let isStopped = false
  let held: (() => void)[] = []
  const sockets = new Set<Socket>()
  const arrive = (work: () => void) => {
    if (isStopped) held.push(work)
    else work()
  }
  const server = createServer((near) => {
    const far = connect(Number(new URL(endpoint).port), '127.0.0.1')
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.on('data', (bytes) => arrive(() => other.write(bytes)))
      one.on('error', () => other.destroy()).on('close', () => arrive(() => other.destroy()))
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const goOn = () => {
    isStopped = false
    const now = held
    held = []
    for (const work of now) work()
  }
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      isStopped = true
    },
    goOn,
    close: () => {
      goOn()
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
