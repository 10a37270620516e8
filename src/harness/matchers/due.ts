/** Compares when an item comes due with what a test expects: in a length of time, or at a point in time. */
import { givenMilliseconds } from '../../clock/given-duration.js'
import { lengthOf } from '../../diagnosis/lengths.js'
import { usageError } from '../../errors.js'
import { isAsymmetric } from './asymmetric.js'

/** The fields of an expected item that say when it comes due. */
export interface ExpectedDue {
  readonly in?: unknown
  readonly at?: unknown
  readonly delta?: number | string
}

/** When an item comes due, and how to compare that. */
export interface Due {
  /** In milliseconds since 1970. Undefined if the item can be leased at once. */
  readonly at: number | undefined
  /** From where `in` counts. */
  readonly from: number
  /** How much less than `in` may be left if the test gives no `delta`, in milliseconds. */
  readonly slack: number
}

export const DUE_FIELDS = ['in', 'at', 'delta']

/**
 * On a running clock, time passes between the code under test that reads the clock, and the matcher or the event. Only ever forward, so a
 * due time that is later than expected is always wrong.
 */
const RUNNING_SLACK = 1000

/** A time with its zone. Without one, `Date.parse` takes the zone of the machine. */
const ZONED = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/

/** Returns how much less than `in` may be left without a `delta`. */
export function slackOf(frozen: boolean): number {
  return frozen ? 0 : RUNNING_SLACK
}

/** Whether a test expects something about when an item comes due. */
export function asksDue(expected: unknown): expected is ExpectedDue {
  if (typeof expected !== 'object' || expected === null || isAsymmetric(expected)) return false
  const { in: length, at } = expected as ExpectedDue
  return length !== undefined || at !== undefined
}

/** @throws QueratorError if `in`, `at` or `delta` is wrong */
export function checkDue(matcher: string, { in: length, at, delta }: ExpectedDue): void {
  if (delta !== undefined) {
    if (length === undefined && at === undefined)
      throw usageError(`${matcher}: delta belongs to in or at; give one of them`)
    givenMilliseconds(`${matcher}: delta`, delta)
  }
  if (length !== undefined && !isAsymmetric(length)) givenMilliseconds(`${matcher}: in`, length as string)
  if (at === undefined || isAsymmetric(at) || !Number.isNaN(instantOf(at))) return
  throw usageError(
    `${matcher}: at takes a Date or a time with its zone, such as '2026-01-31T09:00:00Z'; got ${String(at)}`,
  )
}

/** Says how the due time of an item differs from the expected one. Empty if it does not. */
export function dueFault(expected: ExpectedDue, due: Due | undefined): string {
  const { in: length, at } = expected
  if (length === undefined && at === undefined) return ''
  if (due?.at === undefined) return `not scheduled, expected ${length === undefined ? atText(at) : inText(length)}`
  // Times of an item have fractions of a millisecond if a client gave some.
  const time = Math.floor(due.at)
  return [length === undefined ? '' : inFault(expected, time, due), at === undefined ? '' : atFault(expected, time)]
    .filter((fault) => fault !== '')
    .join('; ')
}

function inFault({ in: length, delta }: ExpectedDue, time: number, { from, slack }: Due): string {
  const left = time - from
  const is = left < 0 ? `due ${lengthOf(-left)} ago` : `due in ${lengthOf(left)}`
  if (isAsymmetric(length)) return length.asymmetricMatch(left) ? '' : `${is}, expected ${inText(length)}`
  const wanted = Math.floor(givenMilliseconds('in', length as string))
  const around = delta === undefined ? 0 : givenMilliseconds('delta', delta)
  const less = delta === undefined ? slack : around
  if (left <= wanted + around && left >= wanted - less) return ''
  const tolerance = around > 0 ? ` ± ${lengthOf(around)}` : less > 0 ? `, or up to ${lengthOf(less)} less` : ''
  return `${is}, expected ${inText(length)}${tolerance}`
}

function atFault({ at, delta = 0 }: ExpectedDue, time: number): string {
  const is = `due at ${new Date(time).toISOString()}`
  if (isAsymmetric(at)) return at.asymmetricMatch(new Date(time)) ? '' : `${is}, expected ${atText(at)}`
  const around = givenMilliseconds('delta', delta)
  if (Math.abs(time - instantOf(at)) <= around) return ''
  return `${is}, expected ${atText(at)}${around === 0 ? '' : ` ± ${lengthOf(around)}`}`
}

function inText(length: unknown): string {
  return isAsymmetric(length) ? shown(length) : `in ${lengthOf(givenMilliseconds('in', length as string))}`
}

function atText(at: unknown): string {
  return isAsymmetric(at) ? shown(at) : `at ${new Date(instantOf(at)).toISOString()}`
}

function shown(matcher: { toAsymmetricMatcher?: () => string }): string {
  return matcher.toAsymmetricMatcher?.() ?? 'what the matcher accepts'
}

/** Returns a point in time in milliseconds since 1970, also of a `Date` from another realm. NaN if it is none. */
function instantOf(at: unknown): number {
  if (typeof at === 'string') return ZONED.test(at) ? Math.floor(Date.parse(at)) : Number.NaN
  const { getTime } = Object(at) as Partial<Date>
  return typeof getTime === 'function' ? getTime.call(at) : Number.NaN
}
