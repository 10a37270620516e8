/** What a logical queue needs from its daemon, and its counts of waiting requests. */
import type { Clock } from '../../clock/clock.js'
import type { EventRecord } from '../events/record.js'
import type { DeadLetters } from '../lifecycle/dead-letters.js'
import type { Surprises } from '../lifecycle/surprises.js'
import type { QueueMemory } from '../store/memory-budget.js'
import type { KeepsQueue, KeepsQueues } from './queues-image.js'

/** The parts of the daemon that a logical queue needs. */
export interface QueueContext {
  readonly clock: Clock
  /** Records its events. */
  readonly record: EventRecord
  /** Counts the memory of its items. */
  readonly memory: QueueMemory
  /** Keeps the queue. `undefined` if nothing does. */
  readonly kept?: KeepsQueue | undefined
  /** The order of partitions with equal load, by their numbers. Default: by number. */
  readonly turns?: readonly number[] | undefined
  /** See {@link KeepsQueues.inOrder}. Does nothing if the queue and the one with this name are kept in one place. */
  inOrder?(deadQueue: string): void
  /** Returns the queue with this name for dead letters. `undefined` if it does not exist or has no partition. */
  deadLettersOf(name: string): DeadLetters | undefined
  /** Warnings for the user. */
  readonly surprises: Surprises
}

/** The numbers of waiting requests of a queue (docs/protocol/queue.md §10). */
export interface WaitingCounts {
  readonly produce: number
  readonly lease: number
  readonly complete: number
  readonly inFlight: number
}
