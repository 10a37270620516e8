/** What clients still wait for when all tests of a file are over must not keep the run. */
import type { ClientRequest } from 'node:http'

/** Begins to note what clients of this realm send over TCP; returns a function to let go of what is on its way then. */
export function letGoAtTheEnd(): () => void {
  const onTheWay = new Set<ClientRequest>()
  // The client looks here: src/client/on-the-way.ts.
  Object.assign(globalThis, { [Symbol.for('querator-test.on-the-way')]: onTheWay })
  return () => {
    for (const request of onTheWay) {
      if (request.socket) request.socket.unref()
      else request.once('socket', (socket) => socket.unref())
    }
  }
}
