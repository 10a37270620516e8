/** `startTestDaemon` and its options. */

import { inspect } from 'node:util'
import type { CallSites } from '../client/call-site.js'
import { checkOptions } from '../client/known-options.js'
import type { ClockOption } from '../clock/clock-option.js'
import { turnDue } from '../clock/event-loop.js'
import { MovableClock } from '../clock/movable-clock.js'
import { realNow } from '../clock/real-time.js'
import {
  AUTH_BACKENDS,
  type AuthBackend,
  type ConfigTree,
  type DaemonConfig,
  readConfig,
} from '../daemon/config/config.js'
import { readConfigFile } from '../daemon/config/config-file.js'
import { Daemon } from '../daemon/daemon.js'
import { createLog, LOG_LEVELS, type Log, type LogLevel, type LogRecord } from '../daemon/log.js'
import { memoryLimitOf } from '../daemon/memory-limit.js'
import { usageError } from '../errors.js'
import { AttachedServer } from './backing/attached-server.js'
import { EmbeddedBacking } from './backing/embedded-backing.js'
import { TestDaemon } from './handles/test-daemon.js'

/** Options of a test daemon. All of them are optional. */
export interface TestDaemonOptions {
  /** The path of a Querator YAML file, or an object of the same shape. Default: one storage in memory. */
  readonly config?: string | ConfigTree
  /** How the daemon's clock starts. Default `'real'`. */
  readonly clock?: ClockOption
  /**
   * Whether the daemon checks keys and permissions. `'internal'` checks them: a caller without a key is an administrator until you call
   * `daemon.closeDoor()`. `'none'` allows everything. Default: what `config` says, else `'none'`.
   */
  readonly auth?: AuthBackend
  /** The same seed gives the same ids and keys. Default: another seed each time. */
  readonly seed?: number | string
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
  /** Limits of the daemon. See docs/limits.md. */
  readonly limits?: DaemonLimits
  /** The least important level that the daemon writes to stderr, `'silent'`, or a function that takes its records. Default `'warn'`. */
  readonly log?: LogLevel | 'silent' | ((record: LogRecord) => void)
  /**
   * The URL of a running Querator to use instead of starting a daemon. `''` always starts a daemon. On a running server, the other options
   * but `apiKey` mean nothing, and the clock, events, `pause()` and `connect()` throw. Default: the variable `QUERATOR_ENDPOINT`.
   */
  readonly endpoint?: string
  /** The API key for that server. Default: the variable `QUERATOR_API_KEY`. */
  readonly apiKey?: string
}

/** Limits of a test daemon. */
export interface DaemonLimits {
  /**
   * How much memory items and requests may take, in bytes or as a text such as `'256MB'`. Beyond it, produce and import get a 453.
   * Default: half of what the process may use.
   */
  readonly memory?: number | string
}

/** All options. */
export const DAEMON_OPTIONS = [
  'config',
  'clock',
  'auth',
  'seed',
  'events',
  'callSites',
  'limits',
  'log',
  'endpoint',
  'apiKey',
]

/** The default of `events`. */
const MOST_EVENTS = 10_000

/**
 * Starts an in-memory daemon. It opens no port, reads no file unless you name one, and starts no process.
 *
 *     const daemon = await startTestDaemon({ clock: 'frozen' })
 *     const orders = await daemon.createQueue({ name: 'orders' })
 *
 * @throws QueratorError if an option is unknown or invalid, or the configuration is wrong
 */
export async function startTestDaemon(options: TestDaemonOptions = {}): Promise<TestDaemon> {
  await turnDue()
  return openTestDaemon(options)
}

/**
 * Starts a daemon as {@link startTestDaemon} does, and returns it without a promise.
 * @throws QueratorError if an option is unknown or invalid, or the configuration is wrong
 */
export function openTestDaemon(options: TestDaemonOptions = {}): TestDaemon {
  checkOptions('startTestDaemon', options, DAEMON_OPTIONS)
  const endpoint = options.endpoint ?? process.env.QUERATOR_ENDPOINT
  const apiKey = options.apiKey ?? process.env.QUERATOR_API_KEY
  if (endpoint) return new TestDaemon(new AttachedServer(endpoint, apiKey))
  const config = configOf(options.config)
  const clock = new MovableClock(options.clock)
  const seed = options.seed === undefined ? {} : { seed: options.seed }
  const auth = authOf(options.auth ?? config.auth)
  const daemon = new Daemon({
    config,
    clock,
    auth,
    events: eventsOf(options.events ?? MOST_EVENTS),
    opensDoor: true,
    log: logOf(options.log ?? 'warn'),
    ...limitsOf(options.limits ?? {}),
    ...seed,
  })
  return new TestDaemon(new EmbeddedBacking(daemon, callSitesOf(options.callSites ?? false)))
}

function callSitesOf(option: Exclude<TestDaemonOptions['callSites'], undefined>): CallSites | undefined {
  if (typeof option === 'boolean') return option ? { skip: [] } : undefined
  const { skip } = Object(option) as { skip?: unknown }
  if (Array.isArray(skip) && skip.every((part) => typeof part === 'string' && part !== '')) return { skip }
  throw usageError(`the option callSites is true, false or { skip: ['src/querator.ts'] }; got ${inspect(option)}`)
}

function configOf(config: TestDaemonOptions['config']): DaemonConfig {
  if (typeof config !== 'string') return readConfig(config)
  const { tree, source } = readConfigFile(config)
  return readConfig(tree, source)
}

function eventsOf(events: number): number {
  if (Number.isInteger(events) && events >= 0 && events <= 1e8) return events
  throw usageError(`the option events is a number of events, 0 or more; got ${String(events)}`)
}

function limitsOf(limits: DaemonLimits): { memoryLimit?: number } {
  checkOptions('limits', limits, ['memory'])
  return limits.memory === undefined ? {} : { memoryLimit: memoryLimitOf(limits.memory) }
}

function authOf(auth: AuthBackend): AuthBackend {
  if (AUTH_BACKENDS.includes(auth)) return auth
  throw usageError(`the option auth is one of ${AUTH_BACKENDS.join(', ')}; got ${String(auth)}`)
}

function logOf(log: Exclude<TestDaemonOptions['log'], undefined>): Log {
  if (log === 'silent') return createLog({ now: realNow })
  if (typeof log === 'function') return createLog({ now: realNow, record: log })
  if (LOG_LEVELS.includes(log)) {
    return createLog({ now: realNow, level: log, writer: (line) => process.stderr.write(`querator: ${line}\n`) })
  }
  throw usageError(`the option log is one of ${LOG_LEVELS.join(', ')}, silent, or a function; got ${String(log)}`)
}
