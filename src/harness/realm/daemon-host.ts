/** A test environment that runs the daemons of a test file outside of the realm of its tests. */
import type { Daemon } from '../../daemon/daemon.js'
import type { LogRecord } from '../../daemon/log.js'
import { VERSION } from '../../daemon/version.js'
import type { TestDaemonOptions } from '../daemon-options.js'
import { localDaemon, localError } from './local-daemon.js'

/** What a test environment offers to the realm of its tests, as a global. */
export interface DaemonHost {
  /** The version of the package that the environment belongs to. */
  readonly version: string
  /** Makes a daemon. @throws QueratorError, of the realm of the environment, when an option is invalid */
  newDaemon(options: TestDaemonOptions): Daemon
}

/** The name of the global. */
export const DAEMON_HOST = Symbol.for('querator-test.daemon-host')

/** The environment of this realm. Undefined without one, or with one of another version of the package. */
export function daemonHost<H extends DaemonHost>(): H | undefined {
  const host = (globalThis as unknown as Record<symbol, H | undefined>)[DAEMON_HOST]
  return host?.version === VERSION ? host : undefined
}

/**
 * Makes a daemon in the environment of this realm. Undefined without an environment.
 * @throws QueratorError when an option is invalid, or the configuration is wrong
 */
export function hostedDaemon(options: TestDaemonOptions): Daemon | undefined {
  const host = daemonHost()
  if (host === undefined) return undefined
  const { log } = options
  // A record of the environment would not be an object of this realm.
  const takes = typeof log === 'function' ? log : undefined
  const local = takes && { log: (given: LogRecord) => takes({ ...given, fields: localFields(given.fields) }) }
  try {
    return localDaemon(host.newDaemon({ ...options, ...local }))
  } catch (error) {
    throw localError(error)
  }
}

/** The fields of a record may hold an error. */
function localFields(fields: LogRecord['fields']): LogRecord['fields'] {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, localError(value)]))
}
