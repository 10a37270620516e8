/** Letting the event loop turn until a fact holds; for facts on the other side of a socket, which tell nobody. */
import { setImmediate } from 'node:timers'

const MOST_TURNS = 100_000

/** Lets the event loop turn once. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** @throws when the fact does not come true within many turns of the event loop */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let turns = 0; turns < MOST_TURNS; turns++) {
    if (await holds()) return
    await turn()
  }
  throw new Error(`it never came true that ${what}`)
}
