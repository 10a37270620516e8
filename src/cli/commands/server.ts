/**
 * `querator server`: runs the daemon as a process. It listens until a signal stops it, or until the package
 * manager that started it has ended. Then it exits with status 0.
 */
import type { Command } from 'commander'
import { MovableClock } from '../../clock/movable-clock.js'
import { realNow, wakeAfter } from '../../clock/real-time.js'
import { type DaemonConfig, readConfig } from '../../daemon/config/config.js'
import { readConfigFile } from '../../daemon/config/config-file.js'
import { withUnknownKeys } from '../../daemon/config/unknown-keys.js'
import { Daemon } from '../../daemon/daemon.js'
import { createLog, LOG_LEVELS, type Log, type LogLevel } from '../../daemon/log.js'
import { memoryLimitOf } from '../../daemon/memory-limit.js'
import { VERSION } from '../../daemon/version.js'
import { isQueratorError, messageOf, usageError } from '../../errors.js'
import { commandError, WrongUsage } from '../command-error.js'
import { variable } from '../flags.js'
import { launcherEnd } from '../launchers.js'
import { stopSignal } from '../stop-signals.js'

/** The flags of the server. A flag wins over its environment variable, and the variable over the configuration file (D13). */
export interface ServerFlags {
  readonly config?: string | undefined
  readonly address?: string | undefined
  readonly logLevel?: string | undefined
  readonly memoryLimit?: string | undefined
  readonly testControl?: boolean | undefined
  readonly testControlHost?: string | undefined
}

/** A host and port to listen on. */
interface Place {
  readonly host: string
  readonly port: number
}

/** The flags after validation. */
interface CheckedFlags {
  readonly config: string | undefined
  readonly place: Place | undefined
  readonly level: LogLevel | undefined
  readonly memoryLimit: number | undefined
  /** Who may use the control plane. Undefined without one. */
  readonly control: { readonly host: string | undefined } | undefined
}

/** How many events are kept for the control plane. */
const CONTROL_EVENTS = 10_000

/** How long the process may take to stop, in milliseconds, whatever its clients do. */
const LONGEST_STOP = 900
/** The same with storages, which have to write what is left. */
const LONGEST_STOP_OF_STORAGES = 10_000

/** Adds `querator server` to the program. */
export function addServer(program: Command): void {
  addServerFlags(program.command('server').description('starts the daemon; SIGTERM, SIGINT or SIGHUP stops it')).action(
    serverAction,
  )
}

/** Adds the flags of the server to a command. The program itself has them too. */
export function addServerFlags(command: Command): Command {
  return command
    .option('--config <file>', 'the YAML configuration file (env QUERATOR_CONFIG)')
    .option('--address <host:port>', 'where to listen; before the file (env QUERATOR_ADDRESS, default localhost:2319)')
    .option('--log-level <level>', 'debug, info, warn or error; before the file (env QUERATOR_LOG_LEVEL, default info)')
    .option(
      '--memory-limit <size>',
      'what items and requests may take, such as 256MB (env QUERATOR_MEMORY_LIMIT, default half of what the process may use)',
    )
    .option('--test-control', 'also serve /test/…, by which tests move the clock; only for this machine')
    .option('--test-control-host <name>', 'a host name by which other machines may use /test/… too')
}

/** Returns whether flags or environment variables ask for a server. */
export function isServerAsked(flags: ServerFlags): boolean {
  const { config, address, testControl } = withVariables(flags)
  return config !== undefined || address !== undefined || testControl === true
}

/** Runs the server until it is stopped. The action of the command. */
export async function serverAction(this: Command): Promise<void> {
  try {
    await serve(withVariables(this.opts()))
  } catch (error) {
    throw commandError(this, error)
  }
}

function withVariables({ config, address, logLevel, memoryLimit, ...control }: ServerFlags): ServerFlags {
  return {
    config: config ?? variable('QUERATOR_CONFIG'),
    address: address ?? variable('QUERATOR_ADDRESS'),
    logLevel: logLevel ?? variable('QUERATOR_LOG_LEVEL'),
    memoryLimit: memoryLimit ?? variable('QUERATOR_MEMORY_LIMIT'),
    ...control,
  }
}

/** @throws WrongUsage if a flag is wrong, QueratorError if the server cannot start */
async function serve(options: ServerFlags): Promise<void> {
  const flags = checked(options)
  const config = configOf(flags.config)
  const { daemon, log, address, stopped } = await start(flags, config).catch((error: unknown) => {
    throw withUnknownKeys(error, config.unknownKeys)
  })
  // Printed at every log level: whoever started the server must learn its address.
  process.stdout.write(`querator is listening on http://${address}\n`)
  const reason = await stopped
  if (daemon.keeping === undefined) wakeAfter(LONGEST_STOP, () => process.exit(0))
  else wakeAfter(LONGEST_STOP_OF_STORAGES, () => endLate(log))
  await daemon.close()
  log.write('info', 'HTTP Server shutdown', reason)
  await new Promise<void>((resolve) => {
    process.stdout.write('', () => resolve())
  })
  // Node removes its signal handlers when it ends naturally. A signal at that moment would change the status.
  process.exit(0)
}

/** Ends the process although its storages have not ended. */
function endLate(log: Log): void {
  log.write('error', 'the storages did not end in time; the last changes may not be kept')
  process.exit(1)
}

/** Returns the validated flags. @throws WrongUsage if the value of a flag is wrong */
function checked({ config, address, logLevel, memoryLimit, ...control }: ServerFlags): CheckedFlags {
  const level = LOG_LEVELS.find((one) => one === logLevel)
  if (logLevel !== undefined && level === undefined) {
    throw new WrongUsage(`invalid log level; '${logLevel}' is not one of (${LOG_LEVELS.join(', ')})`)
  }
  const wrong = (message: string) => new WrongUsage(message)
  return {
    config,
    place: address === undefined ? undefined : placeOf(address, wrong),
    level,
    memoryLimit: memoryLimit === undefined ? undefined : memoryLimitOf(memoryLimit, wrong),
    control: controlOf(control),
  }
}

async function start(flags: CheckedFlags, config: DaemonConfig) {
  const log = logOf(flags.level ?? config.logLevel, config)
  const place = flags.place ?? placeOf(config.address, usageError)
  // Listens for signals from here on: as soon as the address is printed, the server can be stopped.
  const stopped = whyStopped()
  const creating = flags.config === undefined ? 'while creating daemon' : 'while applying config file'
  const limit = flags.memoryLimit === undefined ? {} : { memoryLimit: flags.memoryLimit }
  const events = flags.control === undefined ? {} : { events: CONTROL_EVENTS }
  const daemon = await during(creating, async () => {
    const made = new Daemon({ clock: new MovableClock(), config, log, ...limit, ...events })
    await made.opened()
    return made
  })
  if (flags.config !== undefined) log.write('info', 'Loaded config from file', { file: flags.config })
  if (flags.control !== undefined) await control(daemon, flags.control)
  const listening = 'while creating daemon: while starting HTTP listener'
  const address = await during(listening, () => daemon.listen({ ...place, keepsProcess: true }))
  log.write('info', `Querator ${VERSION} (${process.arch}/${process.platform})`)
  log.write('info', 'HTTP Server Started', { address })
  if (flags.control !== undefined)
    log.write('info', 'Control plane for tests', { url: `http://${address}/test/openapi.json` })
  return { daemon, log, address, stopped }
}

/** Few servers have it. */
async function control(daemon: Daemon, who: NonNullable<CheckedFlags['control']>): Promise<void> {
  const { serveControl } = await import('../../control/control-plane.js')
  serveControl(daemon, who)
}

/** @throws WrongUsage if the host is wrong, or says who may use what is not there */
function controlOf({ testControl, testControlHost: host }: ServerFlags): CheckedFlags['control'] {
  if (host !== undefined && !testControl) throw new WrongUsage('--test-control-host needs --test-control')
  if (host !== undefined && !/^(?:[\w.-]+|\[[0-9a-f:.]+\])$/i.test(host)) {
    throw new WrongUsage(`invalid test control host '${host}'; write a name without a port, for example querator`)
  }
  return testControl ? { host } : undefined
}

/** Resolves when the server must stop, with the reason for its log. */
function whyStopped(): Promise<Readonly<Record<string, string>>> {
  return Promise.race([
    stopSignal().then((signal) => ({ signal })),
    launcherEnd().then(({ name, pid }) => ({ reason: `${name} (pid ${pid}), which started it, has ended` })),
  ])
}

function logOf(level: LogLevel, { logHandler }: DaemonConfig): Log {
  return createLog({
    now: realNow,
    level,
    handler: logHandler === 'color' && !process.stdout.isTTY ? 'text' : logHandler,
    writer: (line) => process.stdout.write(`${line}\n`),
  })
}

function configOf(file: string | undefined): DaemonConfig {
  if (file === undefined) return readConfig()
  const { tree, source } = readConfigFile(file)
  try {
    return readConfig(tree, source)
  } catch (error) {
    // Errors in the YAML itself already say so.
    if (!isQueratorError(error) || error.message.startsWith('while ')) throw error
    throw usageError(`while applying config file: ${error.message}`, error)
  }
}

/** Runs `work`, and prefixes its error with what was being done. */
async function during<T>(what: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw usageError(`${what}: ${messageOf(error)}`, error)
  }
}

/** Returns the host and port of an address. @throws the error that `fault` makes, if the address is invalid */
function placeOf(address: string, fault: (message: string) => Error): Place {
  const found = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(address)
  const port = Number(found?.[3])
  if (found === null || port > 65535) {
    throw fault(`invalid address '${address}'; write host and port, for example localhost:2319`)
  }
  const host = found[1] ?? found[2] ?? ''
  return { host: host === '' ? '0.0.0.0' : host, port }
}
