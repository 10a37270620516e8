/** Options that do not exist are refused by name: a misspelt one would else be ignored in silence. */
import { usageError } from '../errors.js'

/** @throws QueratorError when `options` has one that `taker` does not know */
export function checkOptions(taker: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((key) => !known.includes(key))
  if (unknown === undefined) return
  throw usageError(`${taker} has no option '${unknown}'; it has: ${known.join(', ')}`)
}
