/** The dead letter queue, as the lifecycle sees it. */
import type { Address } from '../events/event-kinds.js'
import type { Item } from '../store/item.js'

/** A dead letter queue. */
export interface DeadLetters {
  /** Its address in the record of events. */
  readonly address: Address
  /** Takes a copy of an item that ended elsewhere under this id. Returns false if it already has one. */
  takeDead(dead: Item, sourceId: string): boolean
  /** Serves waiting leases with the items that were taken. */
  tookDead(): void
}
