/** Letting the event loop turn until a fact holds; for facts on the other side of a socket, which tell nobody. */
import { setImmediate } from 'node:timers'

const MOST_TURNS = 100_000

/** @throws when the fact does not come true within many turns of the event loop */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    if (await holds()) return
    await new Promise((resolve) => setImmediate(resolve))
  }
  throw new Error(`it never came true that ${what}`)
}
