/**
 * A waiting request keeps the process alive, as it must in a script. When the tests of a run are over it must not, or a
 * lease that a test left waiting would keep the run for up to 15 minutes; but only a runner's entry knows when that is.
 */
import type { ClientRequest } from 'node:http'

/** Where an entry that wants to know keeps what is on its way. */
const ON_THE_WAY = Symbol.for('querator-test.on-the-way')

/** Tells of a request, where somebody wants to know, until it has ended. */
export function noteOnTheWay(sent: ClientRequest): void {
  const onTheWay = (globalThis as unknown as Record<symbol, Set<ClientRequest> | undefined>)[ON_THE_WAY]
  if (onTheWay === undefined) return
  onTheWay.add(sent)
  sent.once('close', () => onTheWay.delete(sent))
}
