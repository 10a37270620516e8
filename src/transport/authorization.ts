/** The `Authorization` header (contract: admin.md §2.1). Whether what it holds counts is not known here. */
import { QueratorError } from '../errors.js'

const SCHEME = 'Bearer '

/** The key of a request; undefined when there is none. @throws 401 when the header is not of the form `Bearer …` */
export function keyOf(header: string | undefined): string | undefined {
  if (header === undefined || header === '') return undefined
  // Blanks at the end of a header never arrive.
  if (header === SCHEME.trimEnd()) return ''
  if (header.startsWith(SCHEME)) return header.slice(SCHEME.length)
  throw new QueratorError(401, 'invalid authorization header format')
}
