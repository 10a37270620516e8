/** How a command calls the server, and the flags for it. */
import type { Command } from 'commander'
import { QueratorClient } from '../client/client.js'
import { formatDuration } from '../clock/duration.js'
import { wakeAfter } from '../clock/real-time.js'
import { isQueratorError, messageOf, usageError } from '../errors.js'
import { METHODS, type MethodName, type RequestInit, type ResponseOf } from '../protocol/methods.js'
import { visible } from '../visible.js'
import { commandError, WrongUsage } from './command-error.js'
import { variable } from './flags.js'

/** Where a server listens that nobody configured. */
export const DEFAULT_ENDPOINT = 'http://localhost:2319'
/** The timeout of calls by commands without `--timeout`, in nanoseconds. */
const USUAL_DEADLINE = 30_000_000_000n
/** How much longer to wait for the server's own timeout error, which is better than ours. In milliseconds. */
const GRACE = 1000

/** Makes a call. An error message starts with `failed`. */
export type Call = <N extends MethodName>(
  name: N,
  request: RequestInit<N>,
  failed: string,
  deadline?: bigint,
) => Promise<ResponseOf<N>>

/** Adds the flags of all commands that call a server. */
export function addConnectionFlags(command: Command): Command {
  return command
    .option('--endpoint <url>', `URL of the server (env QUERATOR_ENDPOINT, default "${DEFAULT_ENDPOINT}")`)
    .option('--api-key <key>', 'API key, for a server that checks keys (env QUERATOR_API_KEY)')
}

/**
 * Returns the action of a command. `run` gets the arguments, the flags, and a function to call the server. Whatever it throws becomes
 * an error of this command.
 */
export function action<O>(run: (args: readonly string[], flags: O, call: Call) => Promise<void>) {
  return async function (this: Command): Promise<void> {
    try {
      await run(this.args, this.opts<O & object>(), callOf(this))
    } catch (error) {
      throw commandError(this, error)
    }
  }
}

/** Returns the URL of the server that a flag, the variable or nothing names. */
export function endpointOf(given: string | undefined): string {
  return given ?? variable('QUERATOR_ENDPOINT') ?? DEFAULT_ENDPOINT
}

function callOf(command: Command): Call {
  const given = { ...command.parent?.opts(), ...command.opts() } as { endpoint?: string; apiKey?: string }
  const endpoint = endpointOf(given.endpoint)
  const apiKey = given.apiKey ?? variable('QUERATOR_API_KEY') ?? ''
  const client = clientOf(endpoint, apiKey)
  return async (name, request, failed, deadline = USUAL_DEADLINE) => {
    const controller = new AbortController()
    const late = usageError(`no answer within ${formatDuration(deadline)}`)
    const stop = wakeAfter(Number(deadline) / 1e6 + GRACE, () => controller.abort(late))
    try {
      return (await client.call(name, request, { signal: controller.signal })) as ResponseOf<typeof name>
    } catch (error) {
      throw commandErrorOf(error, failed, endpoint, name)
    } finally {
      stop()
    }
  }
}

/** @throws WrongUsage if the endpoint is not a URL */
function clientOf(endpoint: string, apiKey: string): QueratorClient {
  if (endpoint === '') {
    throw new WrongUsage('failed to create client: conf.Endpoint is empty; must provide an http endpoint')
  }
  try {
    return new QueratorClient({ endpoint, apiKey })
  } catch (error) {
    throw new WrongUsage(messageOf(error))
  }
}

/** Returns an error that says what was tried. If the server replied, it includes the server's message. */
function commandErrorOf(error: unknown, failed: string, endpoint: string, name: MethodName): unknown {
  if (!isQueratorError(error)) return error
  const url = `${endpoint.replace(/\/$/, '')}${METHODS[name].path}`
  const answer = `returned '${error.codeText}' with message: ${error.message}`
  const words = error.code === 0 ? error.message : `POST ${url} ${visible(answer)}`
  return usageError(`${failed}: ${words}`, error.cause)
}
