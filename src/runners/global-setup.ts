/**
 * One daemon for a whole run, for `globalSetup` of Jest and Vitest: listens on a free port, and tells the workers
 * through the variable `QUERATOR_ENDPOINT`. Does nothing when that variable is set already.
 */
import { startTestDaemon } from '../index.js'

/** Starts the daemon; answers how to stop it. Jest does not call that, and need not: nothing keeps the run open. */
export default async function setup(): Promise<() => Promise<void>> {
  if (process.env.QUERATOR_ENDPOINT) return async () => undefined
  const daemon = await startTestDaemon({ endpoint: '' })
  process.env.QUERATOR_ENDPOINT = await daemon.listen()
  return async () => {
    delete process.env.QUERATOR_ENDPOINT
    await daemon.close()
  }
}
