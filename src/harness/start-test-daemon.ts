/** `startTestDaemon`: a daemon for a test, from a few options. */

import { inspect } from 'node:util'
import type { CallSites } from '../client/call-site.js'
import { checkOptions } from '../client/known-options.js'
import { turnDue } from '../clock/event-loop.js'
import { realNow } from '../clock/real-time.js'
import { type ClockOption, TestClock } from '../clock/test-clock.js'
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
import { AttachedServer } from './attached-server.js'
import { EmbeddedBacking } from './embedded-backing.js'
import { TestDaemon } from './test-daemon.js'

/** How a test daemon is started. Every option may be left out. */
export interface TestDaemonOptions {
  /** The path of a YAML file, or an object of the same shape. */
  readonly config?: string | ConfigTree
  /**
   * `'real'` (default) follows the machine's clock, `'frozen'` stands still now, `{ start }` stands still there. Each
   * can be moved, frozen and resumed later. `'runner'` goes with `Date` and `setTimeout` as the test has them, fake or
   * real, so that the runner's fake timers move the daemon as well; nothing else does then.
   */
  readonly clock?: ClockOption
  /**
   * `'internal'` checks keys and permissions, beginning with an open door: who sends no key is an administrator, until
   * `daemon.closeDoor()`. `'none'` lets everybody do everything. Default: what the configuration says, else `'none'`.
   */
  readonly auth?: AuthBackend
  /** The same seed gives the same ids and keys; default: others each time. */
  readonly seed?: number | string
  /** How many of the latest events are kept for `daemon.events`, and for what a red test tells; default 10,000. */
  readonly events?: number
  /**
   * Whether events tell where in the code their calls were made, and fixtures which calls nobody awaited. It takes some
   * microseconds a call. Default: no, but yes in the fixtures of the runners. `{ skip: ['src/querator.ts'] }` leaves out
   * frames of files whose paths contain one of these texts: wrappers that make every call of your code.
   */
  readonly callSites?: boolean | { readonly skip: readonly string[] }
  /**
   * What the daemon may use. `memory`: for items, and requests on their way, in bytes or as `'256MB'`; beyond it, produce
   * and import are refused with a 453. Default: half of what the process may use.
   */
  readonly limits?: { readonly memory?: number | string }
  /** From which level on the daemon writes to stderr, `'silent'`, or a function for its records; default `'warn'`. */
  readonly log?: LogLevel | 'silent' | ((record: LogRecord) => void)
  /**
   * Uses the Querator at this URL instead of an own daemon; default: the variable `QUERATOR_ENDPOINT`, and without it,
   * or with `''`, an own daemon. The other options are for an own daemon, and mean nothing on a server elsewhere. Clock,
   * pause and connect do not work there, and say so.
   */
  readonly endpoint?: string
  /** The API key for a server elsewhere; default: the variable `QUERATOR_API_KEY`, and without it none. */
  readonly apiKey?: string
}

/** Every option that there is. */
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

/** How many events are kept. */
const MOST_EVENTS = 10_000

/**
 * Starts a daemon in memory: no port, no file, no process.
 * @throws QueratorError when an option is not one of those documented, or the configuration is wrong
 */
export async function startTestDaemon(options: TestDaemonOptions = {}): Promise<TestDaemon> {
  await turnDue()
  return openTestDaemon(options)
}

/** The same at once, for places that cannot wait. */
export function openTestDaemon(options: TestDaemonOptions = {}): TestDaemon {
  checkOptions('startTestDaemon', options, DAEMON_OPTIONS)
  const endpoint = options.endpoint ?? process.env.QUERATOR_ENDPOINT
  const apiKey = options.apiKey ?? process.env.QUERATOR_API_KEY
  if (endpoint) return new TestDaemon(new AttachedServer(endpoint, apiKey))
  const config = configOf(options.config)
  const clock = new TestClock(options.clock)
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

function limitsOf(limits: Exclude<TestDaemonOptions['limits'], undefined>): { memoryLimit?: number } {
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
