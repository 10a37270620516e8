/** Durations that tests and scripts give: milliseconds, or a text. */
import { usageError } from '../errors.js'
import { parseDuration } from './parse-duration.js'

/**
 * The milliseconds of a duration that an option or a call takes.
 * @throws QueratorError that names `what` takes it, if it is not a duration or negative
 */
export function givenMilliseconds(what: string, given: number | string): number {
  const parsed = typeof given === 'string' ? parseDuration(given) : undefined
  const ms = parsed?.ns === undefined ? given : Number(parsed.ns) / 1e6
  if (typeof ms === 'number' && Number.isFinite(ms) && ms >= 0) return ms
  const why = parsed?.problem ? ` (${parsed.problem})` : ''
  const shown = typeof given === 'string' ? `'${given}'` : String(given)
  throw usageError(
    `${what} takes milliseconds or a duration such as '61s' or '1h30m', not negative; got ${shown}${why}`,
  )
}
