/** Asking an own port for its health: what other sockets of this process did before has been seen when it answers. */
import { request } from 'node:http'
import { wakeAfter } from '../clock/real-time.js'

/** No answer takes longer, in milliseconds. */
const LONGEST = 1000

/** Resolves with the answer, or when there is none. */
export function knock(address: string): Promise<void> {
  return new Promise((resolve) => {
    const sent = request(`http://${address}/health`, { agent: false })
    const stop = wakeAfter(LONGEST, () => sent.destroy())
    sent.once('response', (response) => response.resume())
    sent.once('error', () => undefined)
    sent.once('close', () => {
      stop()
      resolve()
    })
    sent.end()
  })
}
