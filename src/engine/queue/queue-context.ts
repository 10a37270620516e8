/** What a logical queue asks of its surroundings, and what it tells of itself. */
import type { Clock } from '../../clock/clock.js'
import type { EventRecord } from '../events/record.js'
import type { DeadLetters } from '../lifecycle/dead-letters.js'
import type { QueueMemory } from '../store/memory-budget.js'

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
