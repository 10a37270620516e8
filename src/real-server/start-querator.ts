/** `startQuerator` starts a real server from its binary. */

import { checkOptions } from '../client/known-options.js'
import { givenMilliseconds } from '../clock/given-duration.js'
import type { ConfigTree } from '../daemon/config/config.js'
import { readConfigFile } from '../daemon/config/config-file.js'
import { usageError } from '../errors.js'

/** Options of `startQuerator()`. */
export interface QueratorOptions {
  /** The path of a Querator binary, or its name if it is on the PATH. */
  readonly binary: string
  /** The configuration: the path of a YAML file, or an object of the same shape. Its `address` is replaced. Default: none. */
  readonly config?: string | ConfigTree
  /** How long the server may take until it is healthy: milliseconds, or a duration. Default `'10s'`. */
  readonly startTimeout?: number | string
}

/** A real Querator server that `startQuerator()` has started. */
export interface RunningQuerator {
  /** The URL, for `startTestDaemon({ endpoint })` or the variable `QUERATOR_ENDPOINT`. */
  readonly endpoint: string
  /** What the server printed: the last 64,000 characters. */
  readonly output: string
  /** Stops the server. If you do not, it stops with your process, however that ends. */
  close(): Promise<void>
  /** Calls {@link close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

const KNOWN = ['binary', 'config', 'startTimeout']

/** How many ports to try. Another process may take a free port first. */
const PORTS = 3

/**
 * Starts a real Querator server on a free port of 127.0.0.1, and waits until it is healthy.
 *
 *     const querator = await startQuerator({ binary: '/usr/local/bin/querator' })
 *
 * @throws QueratorError if an option is wrong, or the server does not become healthy. The message has the last lines that it printed.
 */
export async function startQuerator(options: QueratorOptions): Promise<RunningQuerator> {
  checkOptions('startQuerator', options, KNOWN)
  const { binary, config = {}, startTimeout = '10s' } = options
  if (!binary) {
    throw usageError("startQuerator needs a binary of Querator: startQuerator({ binary: '/usr/local/bin/querator' })")
  }
  const limit = givenMilliseconds('startTimeout', startTimeout)
  const tree = typeof config === 'string' ? readConfigFile(config).tree : config
  const { freePort, GuardedServer } = await import('./guarded-server.js')
  for (let left = PORTS; ; left--) {
    const server = new GuardedServer(binary, tree, await freePort())
    try {
      await server.healthy(limit)
      return server
    } catch (error) {
      await server.close()
      if (left === 1 || !/address already in use|port is in use/.test(server.output)) throw error
    }
  }
}
