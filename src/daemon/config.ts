/**
 * The configuration of a daemon: Querator's YAML file, or the same tree as an object (contract: admin.md §13).
 *
 * Read here: `address`, `logging`, `partition-storage`, `queue-storage`. Other keys of the server's file are named in
 * a warning, so that nobody believes that they count.
 */
import { DEFAULT_STORAGES, type PartitionStorage } from '../engine/placement.js'
import { usageError } from '../errors.js'
import { LOG_HANDLERS, LOG_LEVELS, type LogHandler, type LogLevel } from './log.js'

/** The tree of the configuration file. */
export interface ConfigTree {
  /** Where the command listens; default `localhost:2319`. A daemon in a test opens no port by it. */
  address?: string
  logging?: { handler?: 'color' | 'text' | 'json' | ''; level?: string }
  /** Where partitions go, in this order, by the share of each affinity. */
  'partition-storage'?: { name?: string; driver: string; affinity?: number; config?: unknown }[]
  'queue-storage'?: { driver?: string; name?: string; config?: unknown }
  [key: string]: unknown
}

/** The configuration as the daemon uses it. */
export interface DaemonConfig {
  readonly address: string
  readonly logHandler: LogHandler
  readonly logLevel: LogLevel
  readonly storages: readonly PartitionStorage[]
  /** What the reader of the file should know. */
  readonly warnings: readonly string[]
}

const DEFAULT_ADDRESS = 'localhost:2319'
const READ_KEYS = ['address', 'logging', 'partition-storage', 'queue-storage']

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
    warnings: Object.keys(tree)
      .filter((key) => !READ_KEYS.includes(key))
      .map((key) => `the configuration key '${key}' has no effect here; read are ${READ_KEYS.join(', ')}`),
  }
}

function readStorages(list: unknown): readonly PartitionStorage[] {
  if (list === undefined || list === null) return DEFAULT_STORAGES
  if (!Array.isArray(list)) throw usageError('partition-storage must be a list of storages')
  if (list.length === 0) return DEFAULT_STORAGES
  return list.map((entry, index) => {
    const path = `partition-storage[${index}]`
    const storage = mapOf(entry, path)
    checkDriver(textOf(storage.driver, `${path}.driver`))
    const affinity = storage.affinity ?? 0
    if (typeof affinity !== 'number' || !Number.isFinite(affinity)) {
      throw usageError(`${path}.affinity must be a number; got ${JSON.stringify(affinity)}`)
    }
    return { name: textOf(storage.name, `${path}.name`), affinity: Math.trunc(affinity) }
  })
}

function checkDriver(driver: string): void {
  if (driver.toLowerCase() === 'memory') return
  const here = driver.toLowerCase() === 'badger' ? '; querator-test keeps everything in memory, use Memory' : ''
  throw usageError(`invalid driver; '${driver}' is not one of (Memory, Badger)${here}`)
}

function mapOf(value: unknown, path: string): Record<string, unknown> {
  if (value === undefined || value === null) return {}
  if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>
  throw usageError(`${path} must be a map; got ${JSON.stringify(value)}`)
}

function textOf(value: unknown, path: string): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'string') return value
  throw usageError(`${path} must be a text; got ${JSON.stringify(value)}`)
}
