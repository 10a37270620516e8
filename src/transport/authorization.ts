/** Reads the `Authorization` header (docs/protocol/admin.md §2.1). It does not check whether the key is valid. */
import { QueratorError } from '../errors.js'

const SCHEME = 'Bearer '

/** Returns the key of a request, or `undefined`. @throws 401 if the header is not of the form `Bearer …` */
export function keyOf(header = ''): string | undefined {
  // HTTP strips blanks at both ends, so a scheme without a key has none after it. In memory they are still there.
  const value = header.replace(/^[ \t]+|[ \t]+$/g, '')
  if (value === '') return undefined
  if (value.startsWith(SCHEME)) return value.slice(SCHEME.length)
  throw new QueratorError(401, 'invalid authorization header format')
}
