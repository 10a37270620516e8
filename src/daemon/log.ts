/** What the daemon tells its operator, by level, in the three forms that Querator's configuration knows (admin.md §13.1). */

/** From the least to the most important. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
/** See {@link LOG_LEVELS}. */
export type LogLevel = (typeof LOG_LEVELS)[number]
/** How a line looks: with colours, as text, or as JSON. */
export const LOG_HANDLERS = ['color', 'text', 'json'] as const
/** See {@link LOG_HANDLERS}. */
export type LogHandler = (typeof LOG_HANDLERS)[number]

/** One line of the log. */
export interface LogRecord {
  /** By the machine's clock, in milliseconds since 1970. */
  readonly time: number
  readonly level: LogLevel
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** Writes a line. */
export type LogWriter = (line: string) => void

/** Takes a record, or drops it. */
export interface Log {
  write(level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>): void
}

/** What a log is made of. */
export interface LogOptions {
  /** The least important level that is written; default `info`. */
  readonly level?: LogLevel
  /** Default `text`. */
  readonly handler?: LogHandler
  /** Takes the finished lines; without it nothing is written. */
  readonly writer?: LogWriter
  /** Takes the records of every level instead of lines. */
  readonly record?: (record: LogRecord) => void
  /** The machine's clock. */
  now(): number
}

const COLORS: Record<LogLevel, string> = { debug: '90', info: '36', warn: '33', error: '31' }

/** Makes a log. */
export function createLog(options: LogOptions): Log {
  const least = LOG_LEVELS.indexOf(options.level ?? 'info')
  return {
    write(level, message, fields = {}) {
      const record = { time: options.now(), level, message, fields }
      options.record?.(record)
      if (options.record === undefined && LOG_LEVELS.indexOf(level) >= least) {
        options.writer?.(line(record, options.handler ?? 'text'))
      }
    },
  }
}

function line(record: LogRecord, handler: LogHandler): string {
  const time = new Date(record.time).toISOString()
  const { level, message, fields } = record
  if (handler === 'json') return JSON.stringify({ time, level: level.toUpperCase(), msg: message, ...fields })
  const pairs = Object.entries(fields).map(([key, value]) => ` ${key}=${text(value)}`)
  const name = level.toUpperCase().padEnd(5)
  const head = handler === 'color' ? `\u001b[${COLORS[level]}m${name}\u001b[0m` : name
  return `${time} ${head} ${message}${pairs.join('')}`
}

function text(value: unknown): string {
  const { stack } = Object(value) as { stack?: unknown }
  const plain = typeof stack === 'string' ? stack : String(value)
  return /[\s"=]/.test(plain) ? JSON.stringify(plain) : plain
}
