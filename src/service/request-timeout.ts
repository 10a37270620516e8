/** Request timeouts of produce, lease and complete (docs/protocol/queue.md §2 to §5). */
import { formatDuration } from '../clock/duration.js'
import { parseDuration } from '../clock/parse-duration.js'
import { badRequest } from '../errors.js'

const LONGEST = 900_000_000_000n
const SHORTEST = 10_000_000n

/** Timeouts that were read before. Nearly all requests of a program have the same few. The size is limited. */
const KNOWN = new Map<string, bigint>()
const MOST_KNOWN = 100
/** The longest text that is cached. */
const LONGEST_KNOWN = 32

/** Reads a request timeout. Returns 0 if there is none. @throws 400 if it is not a duration */
export function readRequestTimeout(text: string): bigint {
  if (text === '') return 0n
  const known = KNOWN.get(text)
  if (known !== undefined) return known
  const { ns, problem } = parseDuration(text)
  if (ns !== undefined) {
    if (text.length <= LONGEST_KNOWN && KNOWN.size < MOST_KNOWN) KNOWN.set(text, ns)
    return ns
  }
  throw badRequest(`request timeout is invalid; ${problem} - expected format: 900ms, 5m or 15m`)
}

/** @throws 400 if there is no timeout */
export function requireTimeout(ns: bigint): void {
  if (ns === 0n) throw badRequest("request timeout is required; '5m' is recommended, 15m is the maximum")
}

/** @throws 400 if a timeout is more than 15 minutes, or, if `exclusive`, exactly 15 minutes */
export function checkLongest(ns: bigint, exclusive: boolean): void {
  if (ns < LONGEST || (ns === LONGEST && !exclusive)) return
  throw badRequest(`request timeout is invalid; maximum timeout is '15m' but '${formatDuration(ns)}' was requested`)
}

/** @throws 400 if a timeout is 10 milliseconds or less */
export function checkShortest(ns: bigint): void {
  if (ns > SHORTEST) return
  throw badRequest(`request timeout is invalid; minimum timeout is '10ms' but '${formatDuration(ns)}' was requested`)
}
