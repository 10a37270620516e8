/** The daemon's log, by level, in the three formats of Querator's configuration (admin.md §13.1). */
import { inspect } from 'node:util'
import { visible, visibleJson, visibleText } from '../visible.js'

/** The levels, from the least to the most important. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
/** A level of the log, from the least to the most important. */
export type LogLevel = (typeof LOG_LEVELS)[number]
/** The forms of a log line. */
export const LOG_HANDLERS = ['color', 'text', 'json'] as const
/** The form of a log line: with colours, as text, or as JSON. */
export type LogHandler = (typeof LOG_HANDLERS)[number]

/** One record of the daemon's log. */
export interface LogRecord {
  /** The time by the machine's clock, in milliseconds since 1970. */
  readonly time: number
  /** The level. */
  readonly level: LogLevel
  /** The message, without values. */
  readonly message: string
  /** The values that belong to the message, by name. */
  readonly fields: Readonly<Record<string, unknown>>
}

/** Writes a line. */
export type LogWriter = (line: string) => void

/** A log. It writes a record or drops it. */
export interface Log {
  write(level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>): void
}

/** The options of a log. */
export interface LogOptions {
  /** The least important level that is written. Default `info`. */
  readonly level?: LogLevel
  /** The form of a line. Default `text`. */
  readonly handler?: LogHandler
  /** Called with each line. Without it nothing is written. */
  readonly writer?: LogWriter
  /** Called with the records of every level, instead of lines. */
  readonly record?: (record: LogRecord) => void
  /** Returns the machine's time. */
  now(): number
}

const COLORS: Record<LogLevel, string> = { debug: '90', info: '36', warn: '33', error: '31' }

/** Returns a log. */
export function createLog(options: LogOptions): Log {
  const least = LOG_LEVELS.indexOf(options.level ?? 'info')
  return {
    write(level, message, fields = {}) {
      const record = { time: options.now(), level, message, fields }
      // The user's function may throw to fail a test on a warning. That must not interrupt the daemon.
      try {
        options.record?.(record)
        if (options.record === undefined && LOG_LEVELS.indexOf(level) >= least) {
          options.writer?.(line(record, options.handler ?? 'text'))
        }
      } catch (error) {
        void Promise.reject(error)
      }
    },
  }
}

function line(record: LogRecord, handler: LogHandler): string {
  const time = new Date(record.time).toISOString()
  const level = record.level.toUpperCase()
  const fields = Object.entries(record.fields).map(([key, value]): [string, string] => [key, String(plain(value))])
  if (handler === 'json') {
    const values = Object.entries(record.fields).map(([key, value]) => [key, plain(value)])
    return visibleJson(JSON.stringify({ time, level, msg: record.message, ...Object.fromEntries(values) }))
  }
  if (handler === 'text') {
    const pairs: [string, string][] = [['time', time], ['level', level], ['msg', record.message], ...fields]
    return pairs.map(([key, value]) => `${key}=${quotedIfNeeded(value)}`).join(' ')
  }
  const head = `\u001b[${COLORS[record.level]}m${level.padEnd(5)}\u001b[0m`
  // An error takes several lines, so it comes last and unquoted for readability. A string must not break the line.
  const isLong = ([key, value]: [string, string]) => value.includes('\n') && typeof record.fields[key] === 'object'
  const short = fields.filter((field) => !isLong(field)).map(([key, value]) => ` ${key}=${quotedIfNeeded(value)}`)
  const long = fields.filter(isLong).map(([key, value]) => `\n${key}: ${visibleText(value)}`)
  return `${time} ${head} ${visible(record.message)}${[...short, ...long].join('')}`
}

/** Returns an error with its stack and cause, and any other object in a short form. */
function plain(value: unknown): unknown {
  // instanceof Error does not hold for errors of another realm.
  return typeof value === 'object' && value !== null ? inspect(value, { depth: 3 }) : value
}

function quotedIfNeeded(text: string): string {
  return text === '' || /[\s"=\p{C}]/u.test(text) ? visibleJson(JSON.stringify(text)) : text
}
