/** Rejects unknown options and fields by name. Otherwise a misspelt one would be silently ignored. */
import { inspect } from 'node:util'
import { usageError } from '../errors.js'
import { nearestOf } from '../nearest.js'
import { atCallSite } from './call-site.js'

/**
 * @param taker what takes the options
 * @param word what the options are called
 * @throws QueratorError if `options` is not an object, or has an option that is not in `known`
 */
export function checkOptions(taker: string, options: unknown, known: readonly string[], word = 'option'): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw atCallSite(usageError(`${taker} takes an object with ${word}s; got ${inspect(options, { depth: 1 })}`))
  }
  const unknown = Object.keys(options).find((key) => !known.includes(key))
  if (unknown !== undefined) throw atCallSite(usageError(unknownText(taker, unknown, known, word)))
}

/** @throws QueratorError if something is given to what takes nothing */
export function checkNothing(taker: string, given: readonly unknown[]): void {
  if (given.length === 0) return
  throw atCallSite(usageError(`${taker} takes no options; got ${inspect(given[0], { depth: 1 })}`))
}

/** Returns a text such as `lease has no option 'batchsize'; did you mean 'batchSize'? It has: batchSize, …`. */
export function unknownText(taker: string, unknown: string, known: readonly string[], word: string): string {
  const nearest = nearestOf(unknown, known)
  const list = known.join(', ')
  const hint = nearest === undefined ? `it has: ${list}` : `did you mean '${nearest}'? It has: ${list}`
  return `${taker} has no ${word} '${unknown}'; ${hint}`
}
