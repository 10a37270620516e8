/** Parses scalars in JSON (docs/protocol/admin.md §1.3). Each function returns `undefined` for an invalid text. */
import type { Timestamp } from '../messages/message.js'

const NUMBER = /^(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]*))?$/
/** Like the server, accepts an hour of one digit, and any number of decimals after a comma. */
const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d?):(\d\d):(\d\d)(?:\.(\d{1,9})|,(\d+))?(?:Z|([+-])(\d\d):(\d\d))$/
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Parses an int32. `1e1` and `1.0` are integers too. An exponent without digits is 0. */
export function int32From(text: string): number | undefined {
  const found = NUMBER.exec(text)
  if (found === null) return undefined
  const [sign, whole, fraction = '', exponentText = ''] = found.slice(1) as [string, string, string?, string?]
  const digits = (whole + fraction).replace(/^0+/, '')
  if (digits === '') return 0
  if (exponentText === '+' || exponentText === '-') return undefined
  // Far beyond int32 in both directions. It also keeps the arithmetic below small.
  const shift = Number(exponentText) - fraction.length
  if (shift < 0 && !digits.endsWith('0'.repeat(Math.min(-shift, digits.length + 1)))) return undefined
  const value = shift < 0 ? digits.slice(0, shift) : digits + '0'.repeat(Math.min(shift, 20))
  const signed = Number(value) * (sign === '-' ? -1 : 1)
  return signed === (signed | 0) ? signed : undefined
}

/**
 * Decodes base 64: standard or URL alphabet, with or without padding. Line breaks are ignored, except that they count in the length,
 * which decides whether the text must be padded.
 */
export function bytesFrom(text: string): Buffer | undefined {
  const usual = Buffer.from(text, 'base64')
  // Nearly every text is exactly what an encoder writes.
  if (usual.toString('base64') === text) return usual
  const url = /[-_]/.test(text)
  const padded = text.length % 4 === 0
  const joined = text.replace(/[\r\n]/g, '')
  const form = url ? /^[A-Za-z0-9_-]*(={0,2})$/ : /^[A-Za-z0-9+/]*(={0,2})$/
  const padding = form.exec(joined)?.[1]
  if (padding === undefined) return undefined
  if (padded ? joined.length % 4 !== 0 : padding !== '' || joined.length % 4 === 1) return undefined
  return Buffer.from(joined, url ? 'base64url' : 'base64')
}

/** Parses an RFC 3339 time with any offset. The result may be outside of the years 0001 to 9999. */
export function timestampFrom(text: string): Timestamp | undefined {
  const found = RFC3339.exec(text)
  if (found === null) return undefined
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const [fraction = '', more = '', sign = '+', offsetHours = '0', offsetMinutes = '0'] = found.slice(7)
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 1 : 0
  if (month < 1 || month > 12 || day < 1 || day > (MONTH_DAYS[month - 1] as number) + leap) return undefined
  if (hour > 23 || minute > 59 || second > 59) return undefined
  if (Number(offsetHours) > 24 || Number(offsetMinutes) > 60) return undefined
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * (sign === '-' ? -60 : 60)
  const seconds = daysSince1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset
  return { seconds: BigInt(seconds), nanos: Number((fraction || more).slice(0, 9).padEnd(9, '0')) }
}

/** Counts days in the Gregorian calendar, with years that begin in March. */
function daysSince1970(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1
  const era = Math.floor(marchYear / 400)
  const yearOfEra = marchYear - era * 400
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}
