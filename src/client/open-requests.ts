/**
 * A waiting request keeps the process alive, as it must in a script. When the tests of a run are over it must not, or a
 * lease that a test left waiting would keep the run for up to 15 minutes; but only a runner's entry knows when that is.
 */
import type { ClientRequest } from 'node:http'

/** Where an entry that wants to know keeps what is on its way. */
const OPEN_REQUESTS = Symbol.for('querator-test.open-requests')

/** Tells of a request, where somebody wants to know, until it has ended. */
export function noteOpenRequest(sent: ClientRequest): void {
  const open = (globalThis as unknown as Record<symbol, Set<ClientRequest> | undefined>)[OPEN_REQUESTS]
  if (open === undefined) return
  open.add(sent)
  sent.once('close', () => open.delete(sent))
}
