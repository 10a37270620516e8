/** The daemon behind a test daemon, from its options. */

import { AUTH_BACKENDS, type AuthBackend } from '../access/access.js'
import { placesOf, siteText } from '../client/call-site.js'
import { checkOptions } from '../client/known-options.js'
import { realNow } from '../clock/real-time.js'
import type { TestRealm } from '../clock/runner-time.js'
import { type DaemonConfig, readConfig } from '../daemon/config/config.js'
import { readConfigFile } from '../daemon/config/config-file.js'
import { Daemon } from '../daemon/daemon.js'
import { STORAGE_MODES, type StorageMode } from '../daemon/daemon-options.js'
import { checkedKeeps, type Keeps } from '../daemon/lives/keeps.js'
import { createLog, LOG_LEVELS, type Log } from '../daemon/log.js'
import { memoryLimitOf } from '../daemon/memory-limit.js'
import { NOTICES_MODES, type NoticesMode } from '../daemon/notices.js'
import { usageError } from '../errors.js'
import { type DaemonLimits, type TestDaemonOptions, UNKNOWN_KEYS } from './daemon-options.js'
import { checkSeed, conditionsOf } from './faults/condition-options.js'
import { startOf } from './new-daemon-start.js'

/** How many events are kept. */
const MOST_EVENTS = 10_000

/**
 * Makes the daemon. With `clock: 'runner'` it follows the time of `realm`.
 * @throws QueratorError when an option is invalid, or the configuration is wrong
 */
export function newDaemon(options: TestDaemonOptions, realm: TestRealm = globalThis): Daemon {
  const config = configOf(options)
  const { seed: given, conditions = [] } = options
  if (given !== undefined) checkSeed('the option seed', given)
  const seed = given === undefined ? {} : { seed: given }
  return new Daemon({
    config,
    ...startOf(options, config, realm),
    auth: authOf(options.auth ?? config.auth),
    events: eventsOf(options.events ?? MOST_EVENTS),
    storage: storageOf(options.storage ?? 'configured'),
    opensDoor: true,
    siteOf: (origin) => siteText(placesOf(origin)),
    log: logOf(options.log ?? 'warn'),
    notices: noticesOf(options.notices ?? 'warn'),
    conditions: conditionsOf('the option conditions', conditions),
    ...keepsOf(options.keeps),
    ...limitsOf(options.limits ?? {}),
    ...seed,
  })
}

function configOf({ config, unknownKeys = 'warn' }: TestDaemonOptions): DaemonConfig {
  if (!UNKNOWN_KEYS.includes(unknownKeys)) {
    throw usageError(`the option unknownKeys is one of ${UNKNOWN_KEYS.join(', ')}; got ${String(unknownKeys)}`)
  }
  const read = typeof config === 'string' ? configOfFile(config) : readConfig(config)
  if (unknownKeys === 'warn' || read.unknownKeys.length === 0) return read
  const problems = read.unknownKeys.map((text) => text.replace(' has no effect', ''))
  throw usageError([...problems, "correct or remove them, or set unknownKeys: 'warn'"].join('\n'))
}

function configOfFile(file: string): DaemonConfig {
  const { tree, source } = readConfigFile(file)
  return readConfig(tree, source)
}

function storageOf(mode: StorageMode): StorageMode {
  if (STORAGE_MODES.includes(mode)) return mode
  throw usageError(`the option storage is one of ${STORAGE_MODES.join(', ')}; got ${String(mode)}`)
}

function keepsOf(keeps: Keeps | undefined): { keeps?: Keeps } {
  return keeps === undefined ? {} : { keeps: checkedKeeps('the option keeps', keeps) }
}

function eventsOf(events: number): number {
  if (Number.isInteger(events) && events >= 0 && events <= 1e8) return events
  throw usageError(`the option events is a number of events, 0 or more; got ${String(events)}`)
}

function noticesOf(notices: NoticesMode): NoticesMode {
  if (NOTICES_MODES.includes(notices)) return notices
  throw usageError(`the option notices is one of ${NOTICES_MODES.join(', ')}; got ${String(notices)}`)
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
