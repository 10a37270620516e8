/** Compares the URLs of servers. */
// The global URL of jsdom may lack canParse.
import { URL } from 'node:url'

/** The names of this machine. */
const HERE = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Whether two URLs name one server: a slash at the end does not matter, and neither does which name of this machine they use. */
export function isSameServer(one: string | undefined, other: string): boolean {
  return one !== undefined && plain(one) === plain(other)
}

function plain(url: string): string {
  if (!URL.canParse(url)) return url
  const { protocol, hostname, port, pathname } = new URL(url)
  return `${protocol}//${HERE.has(hostname) ? 'localhost' : hostname}:${port}${pathname.replace(/\/$/, '')}`
}
