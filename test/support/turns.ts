/**
 * Lets the event loop turn until something is true. Use it to wait for the other side of a socket, which sends no
 * notice.
 */
import { setImmediate } from 'node:timers'

const MOST_TURNS = 100_000

/** Lets the event loop turn once. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** @throws if `holds` is still false after many turns of the event loop */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let turns = 0; turns < MOST_TURNS; turns++) {
    if (await holds()) return
    await turn()
  }
  throw new Error(`gave up waiting until ${what}`)
}
