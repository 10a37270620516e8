/** `querator server`: the daemon as a process. Listens until SIGTERM or SIGINT, then stops with status 0. */
import { realNow, wakeAfter } from '../clock/real-time.js'
import { TestClock } from '../clock/test-clock.js'
import { readConfig } from '../daemon/config/config.js'
import { readConfigFile } from '../daemon/config/config-file.js'
import { Daemon } from '../daemon/daemon.js'
import { createLog, LOG_LEVELS, type LogLevel } from '../daemon/log.js'
import { VERSION } from '../daemon/version.js'
import { QueratorError, usageError } from '../errors.js'

/** The flags of the command; each goes before its variable, and that before the file (D13). */
export interface ServerOptions {
  readonly config?: string
  readonly address?: string
  readonly logLevel?: string
}

/** A process that is asked to stop stops within this time, in milliseconds, whatever its clients do. */
const LONGEST_STOP = 900

/** Runs the server. @throws QueratorError with one clear line when it cannot start */
export async function serve(options: ServerOptions): Promise<void> {
  const config = configOf(options.config)
  const level = options.logLevel ?? config.logLevel
  if (!LOG_LEVELS.includes(level as LogLevel)) {
    throw usageError(`invalid log level; '${level}' is not one of (${LOG_LEVELS.join(', ')})`)
  }
  const log = createLog({
    now: realNow,
    level: level as LogLevel,
    handler: config.logHandler === 'color' && !process.stdout.isTTY ? 'text' : config.logHandler,
    writer: (line) => process.stdout.write(`${line}\n`),
  })
  const { host, port } = addressOf(options.address ?? config.address)
  // From here on, so that whoever has read that it listens can stop it.
  const signalled = firstSignal()
  const daemon = new Daemon({ clock: new TestClock(), config, log })
  if (options.config !== undefined) log.write('info', 'Loaded config from file', { file: options.config })
  const listening = await daemon.listen({ host, port, keepsProcess: true })
  log.write('info', `Querator ${VERSION} (${process.arch}/${process.platform})`)
  log.write('info', 'HTTP Server Started', { address: listening })
  // Whatever the log level: whoever started it must learn where it is.
  process.stdout.write(`querator is listening on http://${listening}\n`)
  const signal = await signalled
  wakeAfter(LONGEST_STOP, () => process.exit(0))
  await daemon.close()
  log.write('info', 'HTTP Server shutdown', { signal })
}

function configOf(file: string | undefined) {
  if (file === undefined) return readConfig()
  const { tree, source } = readConfigFile(file)
  try {
    return readConfig(tree, source)
  } catch (error) {
    if (!(error instanceof QueratorError)) throw error
    throw usageError(`while applying config file: ${error.message}`, error)
  }
}

function addressOf(address: string): { host: string; port: number } {
  const found = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(address)
  const port = Number(found?.[3])
  if (found === null || port > 65535) {
    throw usageError(`invalid address '${address}'; write host and port, for example localhost:2319`)
  }
  const host = found[1] ?? found[2] ?? ''
  return { host: host === '' ? '0.0.0.0' : host, port }
}

function firstSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, resolve)
  })
}
