/** Parsers of flag values for commander. They throw errors in Go's words. */
import { InvalidArgumentError } from 'commander'
import { parseDuration, quote } from '../clock/parse-duration.js'
import { timestampFrom } from '../protocol/json/scalars.js'
import type { Timestamp } from '../protocol/messages/message.js'
import { isShowable } from '../protocol/timestamp.js'
import { WrongUsage } from './command-error.js'

const MOST = 2 ** 31 - 1

/** Returns an environment variable. An empty one counts as unset. */
export function variable(name: string): string | undefined {
  return process.env[name] || undefined
}

/** Parses an integer of 32 bits. */
export function integer(text: string): number {
  const fault = (why: string) => new InvalidArgumentError(`strconv.ParseInt: parsing ${quote(text)}: ${why}`)
  if (!/^[+-]?\d+$/.test(text)) throw fault('invalid syntax')
  const value = Number(text)
  if (Math.abs(value) > MOST) throw fault('value out of range')
  return value
}

/** Parses a duration to nanoseconds. @throws WrongUsage with the name of the flag */
export function durationFlag(text: string, what: 'timeout' | 'lease-timeout'): bigint {
  const { ns, problem } = parseDuration(text)
  if (ns !== undefined) return ns
  throw new WrongUsage(`invalid ${what} format: ${problem}`)
}

/** Parses an RFC 3339 time. @throws WrongUsage with the name of the flag */
export function timeFlag(text: string, what: 'enqueue-at' | 'at'): Timestamp {
  const time = timestampFrom(text)
  if (time !== undefined && isShowable(time)) return time
  throw new WrongUsage(`invalid ${what} time format (use RFC3339): '${text}' is none, such as 2026-01-31T15:04:05Z`)
}
