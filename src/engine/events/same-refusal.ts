/** Finds the event of the same refused call, or of the same fault, so that it is counted up. */
import { type Address, type Cause, isMadeUp, type NotedFault, type Refusal } from './event-kinds.js'
import type { EventRows } from './event-rows.js'

/** How many earlier events a refused call is compared with. Several workers may be refused in turns. */
const MOST_COMPARED = 16

/** A call that was refused. */
interface Refused {
  readonly cause: Cause
  readonly address: Address
  readonly refusal: Refusal
}

/** A call that a fault acted on. */
interface Faulty {
  readonly cause: Cause
  readonly address: Address
  readonly fault: NotedFault
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

/** Returns the last event's fault if that acted on the same call, after the event number `fence`. Undefined if it did not. */
export function sameFault(rows: EventRows, fence: number, { cause, address, fault }: Faulty): NotedFault | undefined {
  const last = rows.count === 0 ? undefined : rows.at(rows.count)
  const isSame =
    last?.fault?.fault === fault.fault &&
    rows.count > fence &&
    fault.items.length === 0 &&
    last.cause.call === cause.call &&
    last.address.queue === address.queue &&
    sameClient(last.fault.clientId, fault.clientId)
  return isSame ? last.fault : undefined
}

/** Whether two client ids may be those of one client. Made-up ids do not tell clients apart. */
function sameClient(a: string, b: string): boolean {
  return a === b || (isMadeUp(a) && isMadeUp(b))
}
