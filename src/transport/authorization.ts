/** The `Authorization` header (contract: admin.md §2.1). Without an auth backend everyone is anonymous. */
import { QueratorError } from '../errors.js'

/** @throws 401 when there is a header that is not of the form `Bearer …` */
export function checkAuthorization(header: string | undefined): void {
  if (header === undefined || header === '' || header === 'Bearer' || header.startsWith('Bearer ')) return
  throw new QueratorError(401, 'invalid authorization header format')
}
