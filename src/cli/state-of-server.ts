/** The state of a server, for the commands `dump` and `load`: of one that runs, or of one that does not, in its storages. */

import { MovableClock } from '../clock/movable-clock.js'
import { realNow, wakeAfter } from '../clock/real-time.js'
import { readConfig } from '../daemon/config/config.js'
import { readConfigFile } from '../daemon/config/config-file.js'
import { Daemon } from '../daemon/daemon.js'
import { createLog } from '../daemon/log.js'
import { messageOf, usageError } from '../errors.js'
import { WrongUsage } from './command-error.js'
import { endpointOf } from './connection.js'
import { say } from './output.js'

/** How long a server may take, in milliseconds. It waits a minute for its storages, and then says why. */
const LONGEST_REPLY = 70_000

/** Prints warnings and errors. */
const WARNINGS = createLog({
  now: realNow,
  record: ({ level, message }) => {
    if (level === 'warn' || level === 'error') say(`Warning: ${message}`)
  },
})

/** The flags of both commands. */
export interface StateFlags {
  readonly endpoint?: string | undefined
  readonly config?: string | undefined
}

/** Where the state is. */
export interface StateOfServer {
  read(): Promise<unknown>
  write(dump: unknown, source: string): Promise<void>
}

/** Returns the state that flags ask for. @throws WrongUsage if they do not fit together */
export function stateOf({ endpoint, config }: StateFlags): StateOfServer {
  if (config === undefined) return ofRunning(endpointOf(endpoint))
  if (endpoint !== undefined) throw new WrongUsage('--config and --endpoint: give one of them')
  return inStorages(config)
}

/** A server that runs with a control plane. */
function ofRunning(endpoint: string): StateOfServer {
  const url = endpoint.replace(/\/$/, '')
  return {
    read: () => reply(`${url}/test/dump`, 'GET'),
    write: async (dump) => void (await reply(`${url}/test/load`, 'POST', JSON.stringify({ dump }))),
  }
}

/** A server that does not run. Its storages are opened meanwhile. */
function inStorages(file: string): StateOfServer {
  const opened = async <T>(work: (daemon: Daemon) => T | Promise<T>, onlyReads: boolean): Promise<T> => {
    const { tree, source } = readConfigFile(file)
    const config = readConfig(tree, source)
    const daemon = new Daemon({ clock: new MovableClock(), config, log: WARNINGS, onlyReads })
    try {
      if (daemon.keeping === undefined) {
        throw usageError(
          `'${file}' has no storage that lasts, so there is nothing to find; ask the running server instead`,
        )
      }
      await daemon.opened()
      return await work(daemon)
    } finally {
      await daemon.close()
    }
  }
  return {
    // Of folders that were mistyped, an empty dump would be a backup of nothing.
    read: () => opened((daemon) => daemon.dump(), true),
    write: (dump, source) => opened((daemon) => daemon.load(dump, source), false),
  }
}

/** @throws QueratorError that says what to do */
async function reply(url: string, method: string, body?: string): Promise<unknown> {
  const controller = new AbortController()
  const cancel = wakeAfter(LONGEST_REPLY, () => controller.abort(usageError('no answer within 70 seconds')), true)
  try {
    const response = await fetch(url, { method, signal: controller.signal, ...(body === undefined ? {} : { body }) })
    const text = await response.text()
    // Without a control plane, GET is no method of the protocol, and the path is none of its calls.
    if (response.status === 501 || text.includes('only POST')) {
      throw usageError(`${url} is not there; start the server with --test-control, or stop it and give --config`)
    }
    const value = JSON.parse(text) as { message?: string }
    if (response.status !== 200) throw usageError(`${url} refused: ${value.message ?? text}`)
    return value
  } catch (error) {
    if (error instanceof TypeError)
      throw usageError(`no server answers at ${url}: ${messageOf(error.cause ?? error)}`, error)
    throw error
  } finally {
    cancel()
  }
}
