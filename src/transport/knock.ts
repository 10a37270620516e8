/** Sends a health check to the daemon's own port. By its reply, the daemon has seen earlier events on sockets of this process. */
import { request } from 'node:http'
import { wakeAfter } from '../clock/real-time.js'

/** The timeout in milliseconds. */
const LONGEST = 1000

/** Resolves with the reply, or if there is none. */
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
