/** A server elsewhere with a control plane, as other processes have it. */
import { QueratorClient, startTestDaemon, type TestDaemon } from '../../src/index.js'

/** The server, a test daemon on it, and a client of another process. */
export interface Attached extends AsyncDisposable {
  readonly server: TestDaemon
  readonly daemon: TestDaemon
  readonly endpoint: string
  readonly client: QueratorClient
}

/** Starts a server whose clock stands still, and attaches to it. */
export async function attached(): Promise<Attached> {
  const server = await startTestDaemon({ endpoint: '', log: 'silent', clock: 'frozen' })
  const endpoint = await server.listen({ control: true })
  const daemon = await startTestDaemon({ endpoint })
  const close = async () => {
    await daemon.close()
    await server.close()
  }
  return { server, daemon, endpoint, client: new QueratorClient({ endpoint }), [Symbol.asyncDispose]: close }
}
