/** What a logical queue asks of its surroundings, and what it tells of itself. */
import type { Clock } from '../clock/clock.js'
import type { Address } from './event-kinds.js'
import type { Item } from './item.js'
import type { QueueMemory } from './memory-budget.js'
import type { EventRecord } from './record.js'

/** A queue as the taker of another queue's dead letters. */
export interface DeadLetters {
  /** In the record of events. */
  readonly address: Address
  /** Takes a copy of an item that ended elsewhere under this id; returns false when it has one already. */
  takeDead(dead: Item, sourceId: string): boolean
  /** Lets waiting leases have what was taken. */
  tookDead(): void
}

/** What a logical queue asks of its surroundings. */
export interface QueueContext {
  readonly clock: Clock
  /** Where what happens is noted. */
  readonly record: EventRecord
  /** What its items take. */
  readonly memory: QueueMemory
  /** The queue of that name, for dead letters; undefined when there is none, or it has no partition. */
  deadLettersOf(name: string): DeadLetters | undefined
  /** Tells the operator something that a user should know. */
  warn(message: string): void
}

/** How many requests wait in a queue (docs/protocol/queue.md §10). */
export interface WaitingCounts {
  readonly produce: number
  readonly lease: number
  readonly complete: number
  readonly inFlight: number
}
