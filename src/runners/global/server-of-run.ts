/**
 * The server that all test files of a run share: one that is running already, else a real one started from its binary, else a daemon in
 * this process. It is kept here, because runners call different files at the beginning and the end of a run.
 */
import { isQueratorError, openTestDaemon, QueratorError, removeLeftOvers, startQuerator } from '../../index.js'
import { hasControl } from '../../internal.js'

/** Marks the server as started here, for errors in the workers. harness/backing/server-elsewhere.ts reads it. */
const STARTED = 'QUERATOR_TEST_STARTED'

/** The URL of a server with a control plane. harness/backing/find-control.ts reads it. */
const WITH_CONTROL = 'QUERATOR_TEST_CONTROL'

/** How long a server may take to say what it can do, in milliseconds. No test waits for it yet. */
const LONGEST_REPLY = 10_000

/** Stops what was started here. */
let stop: (() => Promise<void>) | undefined

/**
 * Starts a server if none is running, and returns its URL. It uses `QUERATOR_ENDPOINT`, else the binary of `QUERATOR_BINARY`, else a daemon
 * in this process. Both started servers read the configuration file of `QUERATOR_CONFIG`.
 */
export async function startServerOfRun(): Promise<string> {
  const { QUERATOR_ENDPOINT: endpoint, QUERATOR_BINARY: binary, QUERATOR_CONFIG: file } = process.env
  if (endpoint) {
    await tidy(endpoint)
    if (await hasControl(endpoint, LONGEST_REPLY)) process.env[WITH_CONTROL] = endpoint
    return endpoint
  }
  const config = file ? { config: file } : {}
  const server = binary ? await startQuerator({ binary, ...config }) : await ownDaemon(config)
  process.env.QUERATOR_ENDPOINT = server.endpoint
  if (!binary) process.env[WITH_CONTROL] = server.endpoint
  process.env[STARTED] = `${binary ? 'binary' : 'daemon'} ${server.endpoint}`
  stop = async () => {
    delete process.env.QUERATOR_ENDPOINT
    delete process.env[STARTED]
    delete process.env[WITH_CONTROL]
    await server.close()
  }
  return server.endpoint
}

/** Ends the run: stops the server if it was started here, else removes the queues of this run from it. */
export async function endServerOfRun(): Promise<void> {
  const stopping = stop
  stop = undefined
  if (stopping !== undefined) return stopping()
  const endpoint = process.env.QUERATOR_ENDPOINT
  if (endpoint) await tidy(endpoint, process.pid)
}

/** Removes the queues that runs left on the server of `QUERATOR_ENDPOINT`. @throws QueratorError that names the variable */
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
  return { endpoint: await daemon.listen({ control: true }), close: () => daemon.close() }
}
