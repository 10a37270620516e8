/** The dead letter queue, as the lifecycle sees it. */
import type { Address } from '../events/event-kinds.js'
import type { Item } from '../store/item.js'

/** A queue as the taker of another queue's dead letters. */
export interface DeadLetters {
  /** In the record of events. */
  readonly address: Address
  /** Takes a copy of an item that ended elsewhere under this id; returns false when it has one already. */
  takeDead(dead: Item, sourceId: string): boolean
  /** Lets waiting leases have what was taken. */
  tookDead(): void
}
