/** Lets the event loop turn, so that clients overlap differently. */
import { setImmediate } from 'node:timers'

/** Resolves after this many turns of the event loop. */
export async function turn(times: number): Promise<void> {
  for (let count = 0; count < times; count++) await new Promise((resolve) => setImmediate(resolve))
}
