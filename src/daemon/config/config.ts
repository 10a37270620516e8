/**
 * The configuration of a daemon: Querator's YAML file, or the same tree as an object (contract: admin.md §13).
 *
 * Read here: `address`, `logging`, `partition-storage`, `queue-storage`, `queues`. Other keys of the server's file are
 * named in a warning, so that nobody believes that they count.
 */
import { AUTH_BACKENDS, type AuthBackend } from '../../access/access.js'
import { DEFAULT_STORAGES, type PartitionStorage } from '../../engine/placement.js'
import { usageError } from '../../errors.js'
import { LOG_HANDLERS, LOG_LEVELS, type LogHandler, type LogLevel } from '../log.js'
import { listOf, mapOf, numberOf, textOf } from './config-values.js'
import { type DeclaredQueue, type QueueTree, readDeclaredQueues } from './declared-queues.js'

export { AUTH_BACKENDS, type AuthBackend }

/** The tree of the configuration file. */
export interface ConfigTree {
  /** Where the command listens; default `localhost:2319`. A daemon in a test opens no port by it. */
  address?: string
  logging?: { handler?: 'color' | 'text' | 'json' | ''; level?: string }
  /** Where partitions go, in this order, by the share of each affinity. */
  'partition-storage'?: { name?: string; driver: string; affinity?: number; config?: unknown }[]
  'queue-storage'?: { driver?: string; name?: string; config?: unknown }
  /** Queues that are there from the start. */
  queues?: QueueTree[]
  [key: string]: unknown
}

/** The configuration as the daemon uses it. */
export interface DaemonConfig {
  readonly address: string
  readonly logHandler: LogHandler
  readonly logLevel: LogLevel
  readonly storages: readonly PartitionStorage[]
  readonly auth: AuthBackend
  readonly queues: readonly DeclaredQueue[]
  /** What the reader of the file should know. */
  readonly warnings: readonly string[]
}

const DEFAULT_ADDRESS = 'localhost:2319'
const READ_KEYS = ['auth-backend', 'address', 'logging', 'partition-storage', 'queue-storage', 'queues']

/** Checks a tree and fills in the defaults. @throws QueratorError with the contract's text (admin.md §13.2) */
export function readConfig(tree: ConfigTree = {}): DaemonConfig {
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree)) {
    throw usageError('the configuration must be a map with keys such as address and partition-storage')
  }
  const logging = mapOf(tree.logging, 'logging')
  const handler = textOf(logging.handler, 'logging.handler') || 'color'
  if (!LOG_HANDLERS.includes(handler as LogHandler)) {
    throw usageError(`invalid handler; '${handler}' is not one of (color, text, json)`)
  }
  const level = textOf(logging.level, 'logging.level')
  const storages = readStorages(tree['partition-storage'])
  const queueStorage = mapOf(tree['queue-storage'], 'queue-storage')
  checkDriver(textOf(queueStorage.driver, 'queue-storage.driver') || 'memory')
  return {
    address: textOf(tree.address, 'address') || DEFAULT_ADDRESS,
    logHandler: handler as LogHandler,
    logLevel: LOG_LEVELS.includes(level as LogLevel) ? (level as LogLevel) : 'info',
    storages,
    queues: readDeclaredQueues(tree.queues, storages),
    auth: readAuth(tree['auth-backend']),
    warnings: Object.keys(tree)
      .filter((key) => !READ_KEYS.includes(key))
      .map((key) => `the configuration key '${key}' has no effect here; read are ${READ_KEYS.join(', ')}`),
  }
}

function readAuth(value: unknown): AuthBackend {
  const driver = textOf(mapOf(value, 'auth-backend').driver, 'auth-backend.driver')
  const known = AUTH_BACKENDS.find((one) => one === (driver || 'none').toLowerCase())
  if (known !== undefined) return known
  throw usageError(`invalid auth-backend driver; '${driver}' is not one of (none, internal)`)
}

function readStorages(list: unknown): readonly PartitionStorage[] {
  const entries = listOf(list, 'partition-storage')
  if (entries.length === 0) return DEFAULT_STORAGES
  return entries.map((entry, index) => {
    const path = `partition-storage[${index}]`
    const storage = mapOf(entry, path)
    checkDriver(textOf(storage.driver, `${path}.driver`))
    return { name: textOf(storage.name, `${path}.name`), affinity: numberOf(storage.affinity, `${path}.affinity`) }
  })
}

function checkDriver(driver: string): void {
  if (driver.toLowerCase() === 'memory') return
  const here = driver.toLowerCase() === 'badger' ? '; querator-test keeps everything in memory, use Memory' : ''
  throw usageError(`invalid driver; '${driver}' is not one of (Memory, Badger)${here}`)
}
