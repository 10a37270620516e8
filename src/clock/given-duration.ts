/** Reads durations from tests and scripts: milliseconds, or a string. */
import { usageError } from '../errors.js'
import { formatMilliseconds } from './duration.js'
import { type Instant, LAST_TIME } from './instant.js'
import { parseDuration } from './parse-duration.js'

/** What has the form of a duration. If it cannot be read, it is too long. */
const DURATION = /^\+?(?:\d+(?:\.\d*)?(?:ns|us|µs|μs|ms|s|m|h))+$/
/** What 63 bits of nanoseconds hold. */
const LONGEST = '2562047h47m16.854775807s'

/**
 * Returns the milliseconds of a duration given to an option or a method.
 * @throws QueratorError if it is not a duration or is negative; the message starts with `what`
 */
export function givenMilliseconds(what: string, given: number | string): number {
  const parsed = typeof given === 'string' ? parseDuration(given) : undefined
  const ms = parsed?.ns === undefined ? given : Number(parsed.ns) / 1e6
  if (typeof ms === 'number' && Number.isFinite(ms) && ms >= 0) return ms
  if (parsed?.problem !== undefined && DURATION.test(String(given))) {
    throw usageError(`${what} takes at most ${LONGEST}, the longest duration of Go; got '${given}'`)
  }
  const why = parsed?.problem ? ` (${parsed.problem})` : ''
  const shown = typeof given === 'string' ? `'${given}'` : String(given)
  throw usageError(
    `${what} takes milliseconds or a duration such as '61s' or '1h30m', not negative; got ${shown}${why}`,
  )
}

/** @throws QueratorError if a clock that stands at `now` would go beyond the year 9999. No message and no date of JSON can say such a time. */
export function checkMove(now: Instant, ms: number): void {
  if (now + ms <= LAST_TIME) return
  const left = formatMilliseconds(Math.max(0, Math.floor(LAST_TIME - now)))
  throw usageError(`clock.advance: the clock goes to the end of the year 9999, which is ${left} away; got ${ms}ms`)
}
