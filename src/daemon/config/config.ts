/** The configuration of a daemon: Querator's YAML file, or the same tree as an object (docs/protocol/admin.md §13). */
import { AUTH_BACKENDS, type AuthBackend } from '../../access/access.js'
import { DEFAULT_STORAGES, type PartitionStorage } from '../../engine/queue/placement.js'
import { usageError } from '../../errors.js'
import { isLasting, type StorageSpec, type StorageSpecs } from '../lasting/storage-spec.js'
import { LOG_HANDLERS, LOG_LEVELS, type LogHandler, type LogLevel } from '../log.js'
import type { ConfigSource } from './config-source.js'
import { type DeclaredQueue, type QueueTree, readDeclaredQueues } from './declared-queues.js'
import type { ValueOf } from './key-kinds.js'
import { CONFIG, STORAGE_DRIVERS } from './keys.js'
import { readTree } from './read-tree.js'
import { unknownKeyTexts, withUnknownKeys } from './unknown-keys.js'
import { wrongKinds } from './wrong-kinds.js'

/**
 * Querator's configuration file as an object. Unknown keys have no effect, and the daemon logs a warning that names them. See
 * docs/protocol/admin.md §13.1.
 */
export interface ConfigTree {
  /** The address on which the command listens. Default `localhost:2319`. A daemon in a test does not open it. */
  address?: string
  /** The log of the command. */
  logging?: {
    /** `color`, `text` or `json`. Default `color`. */
    handler?: LogHandler | ''
    /** `debug`, `info`, `warn` or `error`. Default `info`. Any other text means `info`. */
    level?: string
  }
  /** The storages among which the partitions of a queue are shared out, in this order. Default: one storage in memory. */
  'partition-storage'?: PartitionStorageTree[]
  /** The storage of the queues' options, and of users, keys, roles and namespaces. */
  'queue-storage'?: {
    /** `memory`, `badger` or `postgres`. Default `memory`. See docs/storage.md. */
    driver?: string
    /** Has no effect. */
    name?: string
    /** The options of the driver. */
    config?: StorageConfig
  }
  /** How callers are checked. */
  'auth-backend'?: {
    /** `internal` checks keys and permissions, `none` does not. Default `none`. */
    driver?: string
  }
  /** The queues that exist from the start. */
  queues?: QueueTree[]
}

/** A storage of partitions in a {@link ConfigTree}. */
export interface PartitionStorageTree {
  /** The name, for `storage-name` of a partition. */
  name?: string
  /** `memory`, `badger` or `postgres`. See docs/storage.md. */
  driver: string
  /** The storage's share of partitions, compared with the others. A whole number. Default 0: it gets none. */
  affinity?: number
  /** The options of the driver. */
  config?: StorageConfig
}

/** The options of a storage in a {@link ConfigTree}. See docs/storage.md. */
export interface StorageConfig {
  /** The folder of a `badger` storage, from the working directory on. It is made if it is missing. */
  'storage-dir'?: string
  /** For `badger`: whether each batch survives a power loss, and not only the end of the process. Default false. Querator has no such key. */
  sync?: boolean
  /** The database of a `postgres` storage, such as `postgres://user@localhost/db`. */
  'connection-string'?: string
  /** Read, and without effect: a `postgres` storage has one connection. */
  'max-conns'?: number
  /** The schema of a `postgres` storage. It is made if it is missing. Default `querator_test`. */
  schema?: string
}

type StorageValue = Pick<ValueOf<typeof CONFIG>['queue-storage'], 'driver' | 'config'>

// The compiler checks here that the table and the tree have the same keys.
CONFIG.keys satisfies Record<keyof ConfigTree, unknown>
;({}) as Required<ConfigTree> satisfies Record<keyof typeof CONFIG.keys, unknown>

/** The configuration as the daemon uses it. */
export interface DaemonConfig {
  readonly address: string
  readonly logHandler: LogHandler
  readonly logLevel: LogLevel
  readonly storages: readonly PartitionStorage[]
  /** Which of the storages last, and where. */
  readonly lasting: StorageSpecs
  readonly queues: readonly DeclaredQueue[]
  readonly auth: AuthBackend
  /** Messages about unknown keys. */
  readonly unknownKeys: readonly string[]
  /** Messages for the log, those about unknown keys first. */
  readonly warnings: readonly string[]
}

/**
 * Checks a tree and fills in the defaults. `source` is the file of the tree.
 * @throws QueratorError with Querator's text (docs/protocol/admin.md §13.2), followed by the unknown keys
 */
export function readConfig(tree: ConfigTree = {}, source?: ConfigSource): DaemonConfig {
  const { value, wrong, unknown } = readTree(tree, CONFIG, (path) => source?.literal(path))
  const unknownKeys = unknownKeyTexts(unknown, source)
  try {
    if (wrong.length > 0) throw wrongKinds(wrong, source)
    return configOf(value, unknownKeys)
  } catch (error) {
    throw withUnknownKeys(error, unknownKeys)
  }
}

function configOf(value: ValueOf<typeof CONFIG>, unknownKeys: readonly string[]): DaemonConfig {
  const { logging } = value
  const logHandler = oneOf(LOG_HANDLERS, logging.handler)
  if (logHandler === undefined) {
    throw usageError(`invalid handler; '${logging.handler}' is not one of (${LOG_HANDLERS.join(', ')})`)
  }
  const logLevel = oneOf(LOG_LEVELS, logging.level)
  const storages = storagesOf(value['partition-storage'] ?? [])
  checkDriver(value['queue-storage'].driver)
  const queues = readDeclaredQueues(value.queues ?? [], storages)
  return {
    address: value.address,
    logHandler,
    logLevel: logLevel ?? 'info',
    storages,
    lasting: lastingOf(value),
    queues,
    auth: authOf(value['auth-backend'].driver),
    unknownKeys,
    warnings: [
      ...unknownKeys,
      ...(logLevel === undefined
        ? [`logging.level '${logging.level}' is not one of (${LOG_LEVELS.join(', ')}); info is used, as on the server`]
        : []),
    ],
  }
}

function storagesOf(list: NonNullable<ValueOf<typeof CONFIG>['partition-storage']>): readonly PartitionStorage[] {
  if (list.length === 0) return DEFAULT_STORAGES
  return list.map(({ name, driver, affinity }) => {
    checkDriver(driver)
    return { name, affinity }
  })
}

function checkDriver(driver: string): void {
  if (oneOf(STORAGE_DRIVERS, driver.toLowerCase()) !== undefined) return
  throw usageError(`invalid driver; '${driver}' is not one of (Memory, Badger)`)
}

function lastingOf(value: ValueOf<typeof CONFIG>): StorageSpecs {
  const list = value['partition-storage'] ?? []
  const named = list.map((one): [string, StorageSpec | undefined] => [one.name, specOf(one)])
  const usual = DEFAULT_STORAGES.map(({ name }): [string, undefined] => [name, undefined])
  const specs = { queues: specOf(value['queue-storage']), partitions: new Map(list.length === 0 ? usual : named) }
  if (isLasting(specs) && specs.partitions.size < list.length) {
    throw usageError(
      'partition-storage: each storage needs a name of its own, because partitions are found again by it',
    )
  }
  return specs
}

/** Returns where a storage keeps something. `undefined` if it is in memory. */
function specOf({ driver, config }: StorageValue): StorageSpec | undefined {
  const directory = config['storage-dir'] || undefined
  if (driver.toLowerCase() === 'badger') return { driver: 'badger', directory, sync: config.sync }
  if (driver.toLowerCase() !== 'postgres') return undefined
  return {
    driver: 'postgres',
    connectionString: config['connection-string'] || undefined,
    schema: config.schema || undefined,
  }
}

function authOf(driver: string): AuthBackend {
  const known = oneOf(AUTH_BACKENDS, driver.toLowerCase())
  if (known !== undefined) return known
  throw usageError(`invalid auth-backend driver; '${driver}' is not one of (${AUTH_BACKENDS.join(', ')})`)
}

/** Returns `given` if it is one of the texts, else `undefined`. */
function oneOf<T extends string>(texts: readonly T[], given: string): T | undefined {
  return texts.find((text) => text === given)
}
