/** What the daemon needs of a clock, and what a move of the clock reports. */
import type { Instant } from './instant.js'

/** Something that happened because time passed. `clock.advance()` returns a list of these. */
export interface Fired {
  /** The deadline at which it was due. */
  readonly time: Date
  /** What happened. */
  readonly kind: FiredKind
  /** The name of the queue. */
  readonly queue: string
  /** The number of the partition. Absent for `request-timeout`. */
  readonly partition?: number
  /** The id of the item afterwards. If the item was moved or deleted, its last id in this queue. Absent for `request-timeout`. */
  readonly id?: string
  /** The producer's reference of the item. Absent for `request-timeout`. */
  readonly reference?: string
  /** For `dead-lettered`: the name of the dead letter queue. */
  readonly deadQueue?: string
  /** For `request-timeout`: the client that waited. */
  readonly clientId?: string
}

/**
 * What can happen because time passes:
 *
 * - `lease-expired`: a lease ran out, and the item went to the tail of its partition
 * - `dead-lettered`: an item ran out of attempts or expired, and moved to the dead letter queue. An expired item that no
 *   consumer holds is copied there and stays (docs/protocol/queue.md §8)
 * - `attempts-exhausted`: the last lease of an item ran out, and it was deleted because there is no dead letter queue
 * - `item-expired`: an item expired, and was deleted because there is no dead letter queue
 * - `item-due`: a scheduled item came due, and can be leased
 * - `request-timeout`: a waiting lease got a 454
 */
export type FiredKind =
  | 'lease-expired'
  | 'dead-lettered'
  | 'attempts-exhausted'
  | 'item-expired'
  | 'item-due'
  | 'request-timeout'

/** A request to be called at a point in time. */
export interface Timer {
  /** Forgets the call; harmless when it was already made. */
  cancel(): void
}

/** The clock as the engine sees it. */
export interface Clock {
  /** The time, to the parts of a millisecond that an instant has. Never goes back, unless it goes with the runner's. */
  now(): Instant
  /** Whether it stands still until somebody moves it. */
  readonly frozen: boolean
  /**
   * Calls `due` once when the clock reaches `at`. For equal times, the smaller `priority` (default 0) goes first.
   * Never keeps the process alive.
   */
  setTimer(at: Instant, due: () => void, priority?: number): Timer
  /** Whether somebody moves the clock, and wants to know what that makes happen. */
  readonly watched: boolean
  /** Notes what the passing of time made happen; does nothing while nobody moves the clock. */
  report(fired: Fired): void
  /** Opens the way to a client. Replies on it are noted, so that a move of the clock can wait for their arrival. */
  way(): Way
}

/** The way of replies to one client. */
export interface Way {
  /** A reply is about to be made. */
  begin(): void
  /** It is made, and up to the client to read. */
  leaves(): void
  /** Some of it has left. */
  moved(): void
  /** All of it has left. */
  end(): void
  /** It will not be sent after all. */
  drop(): void
  /** The client is gone, and replies on their way will never arrive. */
  close(): void
}
