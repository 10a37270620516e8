/** The checks of names (contract: admin.md §4 and §9). Lengths count UTF-8 bytes. */
import { badRequest } from '../errors.js'

/** Go's idea of white space: unlike JavaScript's it has U+0085, and not U+FEFF (contract: admin.md §0). */
const SPACE = '\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'
const ANY_SPACE = new RegExp(`[${SPACE}]`, 'u')
const ONLY_SPACE = new RegExp(`^[${SPACE}]*$`, 'u')

/** Whether nothing is left of the text without white space at its ends. */
export function isBlank(text: string): boolean {
  return ONLY_SPACE.test(text)
}

/** Whether there is white space anywhere in the text. */
export function hasSpace(text: string): boolean {
  return ANY_SPACE.test(text)
}

/** How many bytes the text takes. */
export function bytesOf(text: string): number {
  return Buffer.byteLength(text, 'utf8')
}

/** Whether `a` comes after `b` by their bytes. */
export function isAfter(a: string, b: string): boolean {
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8')) > 0
}

/** NAME: a queue name on its way in. @throws 400 */
export function checkQueueName(name: string): void {
  if (bytesOf(name) > 512) throw badRequest("queue name is invalid; cannot be greater than '512' characters")
  if (isBlank(name)) throw badRequest('queue name is invalid; queue name cannot be empty')
  if (hasSpace(name)) throw badRequest(`queue name is invalid; '${name}' cannot contain whitespace`)
  if (name.includes('~')) throw badRequest(`queue name is invalid; '${name}' cannot contain '~' character`)
}

/** The format of a namespace name. @throws 400 */
export function checkNamespaceName(name: string): void {
  const invalid = (why: string) => badRequest(`namespace name is invalid; ${why}`)
  if (bytesOf(name) > 256) throw invalid("cannot be greater than '256' characters")
  if (isBlank(name)) throw invalid('cannot be empty')
  if (hasSpace(name)) throw invalid(`'${name}' cannot contain whitespace`)
  if (name.includes('~')) throw invalid(`'${name}' cannot contain '~' character`)
  if (name.includes(':')) throw invalid(`'${name}' cannot contain ':' character`)
}

/** The format of a dead letter queue's name. @throws 400 */
export function checkDeadQueueName(name: string, longest: number): void {
  const invalid = (why: string) => badRequest(`dead queue is invalid; ${why}`)
  if (bytesOf(name) > longest) throw invalid(`cannot be greater than '${longest}' characters`)
  if (hasSpace(name)) throw invalid(`'${name}' cannot contain whitespace`)
  if (name.includes('~')) throw invalid(`'${name}' cannot contain '~' character`)
}
