/** The path of a request, decoded: exact, without the query, never cleaned up (contract: admin.md §1.1). */

/** Nothing to decode, nothing to leave out. */
const PLAIN = /^\/[\w./-]*$/

/** Decodes a request target. Bytes that are no UTF-8 become replacement characters: D16, an unknown path like any other. */
export function pathOf(target: string): string {
  if (PLAIN.test(target)) return target
  const withoutOrigin = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '') || '/'
  const path = /^[^?#]*/.exec(withoutOrigin)?.[0] ?? ''
  if (!path.includes('%')) return path
  try {
    return decodeURIComponent(path)
  } catch {
    const bytes = path.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    return Buffer.from(bytes, 'latin1').toString('utf8')
  }
}
