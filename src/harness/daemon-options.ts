/** The options of a test daemon. */
import type { AuthBackend } from '../access/access.js'
import type { ClockOption } from '../clock/clock-option.js'
import type { ConfigTree } from '../daemon/config/config.js'
import type { StorageMode } from '../daemon/daemon-options.js'
import type { DaemonDump, ImportedDump } from '../daemon/dump/daemon-dump.js'
import type { Keeps } from '../daemon/lives/keeps.js'
import type { LogLevel, LogRecord } from '../daemon/log.js'
import type { NoticesMode } from '../daemon/notices.js'
import type { Condition } from './faults/condition-options.js'

/** Options of a test daemon. All of them are optional. */
export interface TestDaemonOptions {
  /** The path of a Querator YAML file, or an object of the same shape. Default: one storage in memory. */
  readonly config?: string | ConfigTree
  /**
   * What happens to a key of `config` that does not exist. `'warn'` logs a warning and ignores the key, as a server does. `'error'` throws.
   * Default `'warn'`.
   */
  readonly unknownKeys?: UnknownKeys
  /**
   * Whether the daemon uses the storages of `config` that last, such as a folder of `driver: badger`. `'memory'` keeps everything in memory instead, so
   * that test files can share a configuration and leave nothing behind. Default `'configured'`. See docs/storage.md.
   */
  readonly storage?: StorageMode
  /** How the daemon's clock starts. Default `'real'`. */
  readonly clock?: ClockOption
  /**
   * Whether the daemon checks keys and permissions. `'internal'` checks them: a caller without a key is an administrator until you call
   * `daemon.closeDoor()`. `'none'` allows everything. Default: what `config` says, else `'none'`.
   */
  readonly auth?: AuthBackend
  /** The same seed gives the same ids and keys, and lets conditions act on the same calls. Default: another seed each time. */
  readonly seed?: number | string
  /**
   * What goes wrong now and then with the calls of your code: `'at-least-once'`, `'lossy'`, `'slow'`, `'crowded'`, or several of them. Not on a
   * running server. Default: nothing. See docs/conditions.md.
   */
  readonly conditions?: Condition | readonly Condition[]
  /**
   * What a daemon in memory keeps when `daemon.crash()` or `daemon.restart()` ends it: `'items'`, as a Querator with its storages on disk;
   * `'queues'`, as one that has only its `queue-storage` on disk; `'nothing'`, as one in memory. Default: what a Querator with the storages of
   * `config` has, so `'nothing'` without `config`. Not with storages that last: they decide. See docs/crashes.md.
   */
  readonly keeps?: Keeps
  /**
   * What the daemon begins with: what `daemon.dump()` returned, or the path of a JSON file with it, or what an import of such a file gives. Its clock goes on from then, unless `clock` is
   * given. Queues of `config` that are not in it are added. Not with storages that last. Default: nothing. See docs/crashes.md.
   */
  readonly from?: string | DaemonDump | ImportedDump
  /** How many of the latest events are kept, for `daemon.events` and for reports of failing tests. Default 10,000. */
  readonly events?: number
  /**
   * Whether events show where in your code a call was made, and fixtures report calls that nobody awaited. Costs some microseconds for
   * each call. Default: `true` in the fixtures of a runner, else `false`. `{ skip: ['src/querator.ts'] }` leaves out frames of files whose
   * paths contain one of these texts, such as a wrapper around every call.
   */
  readonly callSites?:
    | boolean
    | {
        /** Texts. A frame of a file whose path contains one of them is left out. */
        readonly skip: readonly string[]
      }
  /**
   * What happens to notices about your consumers, such as one that works longer than its lease. `'report'` shows them in the report of a
   * failing test. `'warn'` also logs those that make a test pass for the wrong reason. `'off'` does nothing. Default `'warn'`. See
   * docs/troubleshooting.md.
   */
  readonly notices?: NoticesMode
  /** Limits of the daemon. See docs/limits.md. */
  readonly limits?: DaemonLimits
  /** The least important level that the daemon writes to stderr, `'silent'`, or a function that takes its records. Default `'warn'`. */
  readonly log?: LogLevel | 'silent' | ((record: LogRecord) => void)
  /**
   * The URL of a running Querator to use instead of starting a daemon. `''` always starts a daemon. On a running server, the other options
   * but `apiKey` mean nothing. The clock, events and `pause()` throw unless it has a control plane (docs/control-plane.md), and `connect()` throws. Default: the variable `QUERATOR_ENDPOINT`.
   */
  readonly endpoint?: string
  /** The API key for that server. Default: the variable `QUERATOR_API_KEY`. */
  readonly apiKey?: string
}

/** What happens to a key of the configuration that does not exist. */
export type UnknownKeys = (typeof UNKNOWN_KEYS)[number]

/** Limits of a test daemon. */
export interface DaemonLimits {
  /**
   * How much memory items and requests may take, in bytes or as a text such as `'256MB'`. Beyond it, produce and import get a 453.
   * Default: half of what the process may use.
   */
  readonly memory?: number | string
}

/** What can happen to a key of the configuration that does not exist. */
export const UNKNOWN_KEYS = ['warn', 'error'] as const

/** Every option that there is. */
export const DAEMON_OPTIONS = [
  'config',
  'unknownKeys',
  'storage',
  'clock',
  'auth',
  'seed',
  'conditions',
  'keeps',
  'from',
  'events',
  'callSites',
  'notices',
  'limits',
  'log',
  'endpoint',
  'apiKey',
]
