/** Finds the event of the same refused call, so that it is counted up. */
import { type Address, type Cause, isMadeUp, type Refusal } from './event-kinds.js'
import type { EventRows } from './event-rows.js'

/** How many earlier events a refused call is compared with. Several workers may be refused in turns. */
const MOST_COMPARED = 16

/** A call that was refused. */
interface Refused {
  readonly cause: Cause
  readonly address: Address
  readonly refusal: Refusal
}

/** Returns the refusal of the same call after the event number `fence`, with only refused calls since. Undefined if there is none. */
export function sameRefusal(rows: EventRows, fence: number, { cause, address, refusal }: Refused): Refusal | undefined {
  const first = Math.max(rows.first, fence + 1, rows.count - MOST_COMPARED + 1)
  for (let number = rows.count; number >= first; number--) {
    const known = rows.refusalAt(number)
    if (known === undefined) return undefined
    const isSame =
      known.cause.call === cause.call &&
      known.address.queue === address.queue &&
      known.refusal.code === refusal.code &&
      known.refusal.message === refusal.message &&
      sameClient(known.refusal.clientId, refusal.clientId)
    if (isSame) return known.refusal
  }
  return undefined
}

/** Whether two client ids may be those of one client. Made-up ids do not tell clients apart. */
export function sameClient(a: string, b: string): boolean {
  return a === b || (isMadeUp(a) && isMadeUp(b))
}
