/** What messages about dumps advise, for readers who have the command. */
import { isQueratorError, usageError } from '../errors.js'

/** Returns an error in words for the command. `source` is the dump that was to be loaded. */
export function inWordsOfCommand(thrown: unknown, source = 'the dump'): unknown {
  if (!isQueratorError(thrown)) return thrown
  const message = thrown.message
    .replace(/\S+ refused: POST \/test\/load: dump/, () => source)
    .replace(/; set the option config(?=; )/, '; add it to the configuration')
    .replace(/daemon\.dump\(\)|GET \/test\/dump/g, "'querator dump'")
  return message === thrown.message ? thrown : usageError(message, thrown.cause)
}
