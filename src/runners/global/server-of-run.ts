/**
 * The server that all test files of a run share: one that runs already, a real one started from its binary, or an own
 * daemon; in this order. Kept here from the beginning of the run to its end, which runners tell to different files.
 */
import { isQueratorError, openTestDaemon, QueratorError, removeLeftOvers, startQuerator } from '../../index.js'

/** Tells errors in the workers that the server was started here; harness/backing/server-elsewhere.ts reads it. */
const STARTED = 'QUERATOR_TEST_STARTED'

/** Stops what was started here. */
let stop: (() => Promise<void>) | undefined

/**
 * Sees to it that there is a server, and returns its URL: of `QUERATOR_ENDPOINT`; else of the binary that
 * `QUERATOR_BINARY` names; else of a daemon in this process. `QUERATOR_CONFIG` is the configuration file of both.
 */
export async function startServerOfRun(): Promise<string> {
  const { QUERATOR_ENDPOINT: endpoint, QUERATOR_BINARY: binary, QUERATOR_CONFIG: file } = process.env
  if (endpoint) {
    await tidy(endpoint)
    return endpoint
  }
  const config = file ? { config: file } : {}
  const server = binary ? await startQuerator({ binary, ...config }) : await ownDaemon(config)
  process.env.QUERATOR_ENDPOINT = server.endpoint
  process.env[STARTED] = `${binary ? 'binary' : 'daemon'} ${server.endpoint}`
  stop = async () => {
    delete process.env.QUERATOR_ENDPOINT
    delete process.env[STARTED]
    await server.close()
  }
  return server.endpoint
}

/** Ends the run: stops what was started, or leaves nothing of this run on what was there. */
export async function endServerOfRun(): Promise<void> {
  const stopping = stop
  stop = undefined
  if (stopping !== undefined) return stopping()
  const endpoint = process.env.QUERATOR_ENDPOINT
  if (endpoint) await tidy(endpoint, process.pid)
}

/** Removes what runs have left on the server of `QUERATOR_ENDPOINT`. @throws QueratorError that names the variable */
async function tidy(endpoint: string, ended?: number): Promise<void> {
  try {
    await removeLeftOvers({ endpoint, ...(ended === undefined ? {} : { ended }) })
  } catch (error) {
    if (!isQueratorError(error) || error.codeText !== 'No Answer') throw error
    const todo =
      'QUERATOR_ENDPOINT names it: start it, or unset the variable to let querator-test/global-setup start one'
    throw new QueratorError(0, `${error.message}\n${todo}`, { codeText: error.codeText, cause: error.cause })
  }
}

async function ownDaemon(config: { config?: string }): Promise<{ endpoint: string; close(): Promise<void> }> {
  const daemon = openTestDaemon({ ...config, endpoint: '' })
  return { endpoint: await daemon.listen(), close: () => daemon.close() }
}
