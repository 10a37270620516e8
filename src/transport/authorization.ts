/** The `Authorization` header (docs/protocol/admin.md §2.1). Whether what it holds counts is not known here. */
import { QueratorError } from '../errors.js'

const SCHEME = 'Bearer '

/** The key of a request; undefined when there is none. @throws 401 when the header is not of the form `Bearer …` */
export function keyOf(header = ''): string | undefined {
  // HTTP strips blanks at both ends, so a scheme without a key has none after it. In memory, nobody has done that yet.
  const value = header.replace(/^[ \t]+|[ \t]+$/g, '')
  if (value === '') return undefined
  if (value.startsWith(SCHEME)) return value.slice(SCHEME.length)
  throw new QueratorError(401, 'invalid authorization header format')
}
