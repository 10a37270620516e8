/** Durations in requests. What the schema accepts is accepted, so a text is narrower here than where the protocol has durations. */
import { givenMilliseconds } from '../clock/given-duration.js'
import { badRequest, messageOf } from '../errors.js'
import { shown } from './shown.js'

/** Each unit once, the largest first, and no parts of a millisecond. The digits keep a text below 10,000 days, so that every one can be had. */
const UNITS = [
  '([0-9]{1,5}([.][0-9]{1,5}0*)?h)?',
  '([0-9]{1,6}([.][0-9]{1,4}0*)?m)?',
  '([0-9]{1,8}([.][0-9]{1,3}0*)?s)?',
  '([0-9]{1,11}ms)?',
].join('')

/** The schema of a duration as a text. The pattern alone would accept an empty one: not every language can look ahead. */
export const DURATION_TEXT = { type: 'string', minLength: 1, pattern: `^(0|${UNITS})$` } as const
/** The same with a minus. */
export const NEGATIVE_DURATION_TEXT = { type: 'string', minLength: 2, pattern: `^-(0|${UNITS})$` } as const

const TEXT = new RegExp(DURATION_TEXT.pattern)

/** @throws 400 if it is neither whole milliseconds nor a duration */
export function checkDuration(what: string, value: unknown): void {
  if (typeof value === 'string') {
    checkDurationText(what, value)
    return
  }
  if (Number.isSafeInteger(milliseconds(what, value))) return
  throw badRequest(`${what} takes whole milliseconds; got ${shown(value)}`)
}

/** @throws 400 if a text is no duration */
export function checkDurationText(what: string, text: string): void {
  if (text !== '' && TEXT.test(text)) return
  milliseconds(what, text)
  throw badRequest(
    `${what} takes a duration of whole milliseconds, with each unit once, the largest first, and at most 99999h, such as '61s' or '1h30m'; got ${shown(text)}`,
  )
}

function milliseconds(what: string, value: unknown): number {
  try {
    return givenMilliseconds(what, value as string)
  } catch (error) {
    throw badRequest(messageOf(error))
  }
}
