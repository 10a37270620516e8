/** Clients for tests of faults: one for each way into a daemon. */
import { QueratorClient, type TestDaemon } from '../../src/index.js'
import { DOORS } from './doors.js'

/** A way into a daemon, as a typed client. */
export type Way = (daemon: TestDaemon) => Promise<QueratorClient>

/** The client of the daemon, and one through each door. */
export const WAYS: Record<string, Way> = {
  'with the client of the daemon': async (daemon) => daemon.client,
  ...Object.fromEntries(
    Object.entries(DOORS).map(([name, open]): [string, Way] => [
      `${name}, by hand`,
      async (daemon) => {
        const door = await open(daemon)
        return new QueratorClient({
          send: ({ target, headers, body, signal }) => {
            const given = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined))
            const raw = { path: target, headers: given as Record<string, string>, body }
            return door(signal === undefined ? raw : { ...raw, signal })
          },
        })
      },
    ]),
  ),
  'over TCP, with a client of the package': async (daemon) => new QueratorClient({ endpoint: await daemon.listen() }),
}

/** Resolves with the code of the socket error behind a failed call. */
export async function socketCode(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => {
      throw new Error('the call did not fail')
    },
    (failed: unknown) => failed,
  )
  const { code, cause } = error as { code?: unknown; cause?: { code?: string } }
  return typeof code === 'string' ? code : (cause?.code ?? `no code: ${String(error)}`)
}
