/** Messages about unknown keys of a configuration, for a warning or below the error that stops the start. */
import { isQueratorError, messageOf, usageError } from '../../errors.js'
import { visible } from '../../visible.js'
import type { ConfigSource } from './config-source.js'
import type { UnknownKey } from './read-tree.js'

/** At most this many are named. */
const MOST_TOLD = 20

/** A line for each key: where it stands, and which one was probably meant. */
export function unknownKeyTexts(unknown: readonly UnknownKey[], source: ConfigSource | undefined): string[] {
  const texts = unknown.slice(0, MOST_TOLD).map(({ path, place, nearest, known }) => {
    const hint = nearest === undefined ? `known here are ${known.join(', ')}` : `did you mean '${nearest}'?`
    const line = source?.lineOf(path)
    const where = line === undefined ? '' : ` (${source?.file}, line ${line})`
    // As it stands in an error, so that it is found there again.
    return visible(`unknown configuration key '${place}'${where} has no effect; ${hint}`)
  })
  const left = unknown.length - texts.length
  return left > 0 ? [...texts, `${left} more configuration keys are unknown and have no effect`] : texts
}

/**
 * An error that stops the start, with the unknown keys below its text: a misspelt key is often the reason. A key that
 * is told already is not told again.
 */
export function withUnknownKeys(error: unknown, unknownKeys: readonly string[]): unknown {
  if (!isQueratorError(error)) return error
  const message = messageOf(error)
  const untold = unknownKeys.filter((text) => !message.includes(text))
  return untold.length === 0 ? error : usageError([message, ...untold].join('\n'), error.cause)
}
