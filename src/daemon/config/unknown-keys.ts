/** Messages about unknown configuration keys, for a warning or below the error that stops the start. */
import { isQueratorError, messageOf, usageError } from '../../errors.js'
import { visible } from '../../visible.js'
import type { ConfigSource } from './config-source.js'
import type { UnknownKey } from './read-tree.js'

/** The most keys that are named. */
const MOST_TOLD = 20

/** Returns a line for each key, with its place and the key that was probably meant. */
export function unknownKeyTexts(unknown: readonly UnknownKey[], source: ConfigSource | undefined): string[] {
  const texts = unknown.slice(0, MOST_TOLD).map(({ path, place, nearest, known }) => {
    const hint = nearest === undefined ? `known here are ${known.join(', ')}` : `did you mean '${nearest}'?`
    const line = source?.lineOf(path)
    const where = line === undefined ? '' : ` (${source?.file}, line ${line})`
    // Escaped as in an error, so that withUnknownKeys finds it there.
    return visible(`unknown configuration key '${place}'${where} has no effect; ${hint}`)
  })
  const left = unknown.length - texts.length
  return left > 0 ? [...texts, `${left} more configuration keys are unknown and have no effect`] : texts
}

/**
 * Returns an error with the unknown keys below its text, because a misspelt key is often the cause. Keys that the text already names
 * are not repeated.
 */
export function withUnknownKeys(error: unknown, unknownKeys: readonly string[]): unknown {
  if (!isQueratorError(error)) return error
  const message = messageOf(error)
  const untold = unknownKeys.filter((text) => !message.includes(text))
  return untold.length === 0 ? error : usageError([message, ...untold].join('\n'), error.cause)
}
