/** Letting the event loop turn, so that clients overlap in other ways. */
import { setImmediate } from 'node:timers'

/** Resolves after so many turns of the event loop. */
export async function turn(times: number): Promise<void> {
  for (let count = 0; count < times; count++) await new Promise((resolve) => setImmediate(resolve))
}
