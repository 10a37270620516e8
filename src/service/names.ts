/** Checks of names (docs/protocol/admin.md §4 and §9). Lengths are in UTF-8 bytes. */
import { badRequest } from '../errors.js'

/** White space in Go. Unlike in JavaScript, it includes U+0085 and excludes U+FEFF (docs/protocol/admin.md §0). */
const SPACE = '\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'
const ANY_SPACE = new RegExp(`[${SPACE}]`, 'u')
const ONLY_SPACE = new RegExp(`^[${SPACE}]*$`, 'u')

/** Returns whether a text is empty or only white space. */
export function isBlank(text: string): boolean {
  return ONLY_SPACE.test(text)
}

/** Returns whether a text contains white space. */
export function hasSpace(text: string): boolean {
  return ANY_SPACE.test(text)
}

/** Returns the size of a text in UTF-8 bytes. */
export function bytesOf(text: string): number {
  return Buffer.byteLength(text, 'utf8')
}

/** Returns whether `a` comes after `b` in byte order. */
export function isAfter(a: string, b: string): boolean {
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8')) > 0
}

/** NAME: checks the queue name of a request. @throws 400 */
export function checkQueueName(name: string): void {
  if (bytesOf(name) > 512) throw badRequest("queue name is invalid; cannot be greater than '512' characters")
  if (isBlank(name)) throw badRequest('queue name is invalid; queue name cannot be empty')
  if (hasSpace(name)) throw badRequest(`queue name is invalid; '${name}' cannot contain whitespace`)
  if (name.includes('~')) throw badRequest(`queue name is invalid; '${name}' cannot contain '~' character`)
}

/** Checks a namespace name. @throws 400 */
export function checkNamespaceName(name: string): void {
  const invalid = (why: string) => badRequest(`namespace name is invalid; ${why}`)
  if (bytesOf(name) > 256) throw invalid("cannot be greater than '256' characters")
  if (isBlank(name)) throw invalid('cannot be empty')
  if (hasSpace(name)) throw invalid(`'${name}' cannot contain whitespace`)
  if (name.includes('~')) throw invalid(`'${name}' cannot contain '~' character`)
  if (name.includes(':')) throw invalid(`'${name}' cannot contain ':' character`)
}

/** Checks the tag of a namespace or a key. It may be empty. @throws 400 */
export function checkTag(field: 'api_key_tag' | 'key_tag', tag: string): void {
  if (bytesOf(tag) > 16) throw badRequest(`${field} is invalid; cannot be greater than 16 characters`)
  if (!/^[0-9a-z]*$/.test(tag)) throw badRequest(`${field} is invalid; must be lowercase alphanumeric only`)
}

/** Checks the length of a text. @throws 400 */
export function checkLength(field: string, text: string, longest: number): void {
  if (bytesOf(text) > longest) throw badRequest(`${field} is invalid; cannot be greater than '${longest}' characters`)
}

/** Checks that a text is not empty. Blanks count as text. @throws 400 */
export function checkGiven(field: string, text: string): void {
  if (text === '') throw badRequest(`${field} is invalid; cannot be empty`)
}

/** Checks a text that becomes part of a storage key. @throws 400 */
export function checkNoColon(field: string, text: string): void {
  if (text.includes(':')) throw badRequest(`${field} is invalid; '${text}' cannot contain ':' character`)
}

/** Checks the name of a dead letter queue. @throws 400 */
export function checkDeadQueueName(name: string, longest: number): void {
  const invalid = (why: string) => badRequest(`dead queue is invalid; ${why}`)
  if (bytesOf(name) > longest) throw invalid(`cannot be greater than '${longest}' characters`)
  if (hasSpace(name)) throw invalid(`'${name}' cannot contain whitespace`)
  if (name.includes('~')) throw invalid(`'${name}' cannot contain '~' character`)
}
