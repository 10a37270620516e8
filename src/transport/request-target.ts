/**
 * Decodes the path of a request. It is exact, without the query, and not normalized (docs/protocol/admin.md §1.1). It accepts what
 * Go's servers accept as a target, so `#` is a character of the path.
 */

/** A target that is the same as its path. */
const PLAIN = /^\/[\w./-]*$/
const PARTS = /^(?:([a-z][a-z0-9+.-]*):)?([^?]*)/i
const BAD_ESCAPE = /%(?![0-9a-f]{2})/i
const USER = /^(?:[\w.:~!$&'()*+,;=@-]|%[0-9a-f]{2})*$/i
const HOST =
  /^(?:\[[0-9a-f:.]+(?:%25[^[\]]+)?\]|(?:[\w.~!$&'()*+,;=<>"-]|[\u0080-\u00ff]|%[89a-f][0-9a-f]|%25)*)(?::\d*)?$/i

/**
 * Returns the path of a target, which has one character for each byte. Returns `undefined` if it is not a target. Bytes that are not
 * UTF-8 become replacement characters: an unknown path like any other (D16).
 */
export function pathOf(target: string): string | undefined {
  if (PLAIN.test(target) || target === '*') return target
  if (hasControls(target)) return undefined
  const [, scheme, rest = ''] = PARTS.exec(target) ?? []
  if (!rest.startsWith('/')) return scheme === undefined ? undefined : ''
  const path = scheme !== undefined && rest.startsWith('//') ? pathAfterHost(rest) : rest
  if (path === undefined || BAD_ESCAPE.test(path)) return undefined
  const bytes = path.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

function hasControls(target: string): boolean {
  for (let index = 0; index < target.length; index++) {
    const code = target.charCodeAt(index)
    if (code < 0x20 || code === 0x7f) return true
  }
  return false
}

/** Returns the path of a target with a host, as for proxies: `//user@host:80/path`. */
function pathAfterHost(rest: string): string | undefined {
  const slash = rest.indexOf('/', 2)
  const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash)
  const at = authority.lastIndexOf('@')
  if (!USER.test(authority.slice(0, Math.max(at, 0))) || !HOST.test(authority.slice(at + 1))) return undefined
  return slash < 0 ? '' : rest.slice(slash)
}
