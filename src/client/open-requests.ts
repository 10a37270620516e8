/**
 * Tracks open requests. They keep the process alive, as they must in a script. After the tests of a run they must not, or a waiting
 * lease would keep the run alive for up to 15 minutes. Only the runner's entry point knows when that is.
 */
import type { ClientRequest } from 'node:http'

/** The global under which an entry point provides a set of open requests. */
const OPEN_REQUESTS = Symbol.for('querator-test.open-requests')

/** Adds a request to the set until it has ended. Does nothing if there is no set. */
export function noteOpenRequest(sent: ClientRequest): void {
  const open = (globalThis as unknown as Record<symbol, Set<ClientRequest> | undefined>)[OPEN_REQUESTS]
  if (open === undefined) return
  open.add(sent)
  sent.once('close', () => open.delete(sent))
}
