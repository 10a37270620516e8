/** What the daemon needs of a clock, and what a move of the clock reports. */
import type { Instant } from './instant.js'

/** Something that happened because time passed. `clock.advance` returns a list of these. */
export interface Fired {
  /** The deadline at which it was due. */
  readonly time: Date
  /**
   * - `lease-expired`: a lease ran out, the item is at the tail of its partition
   * - `dead-lettered`: attempts exhausted or item expired, moved to the dead letter queue; an expired item that no
   *   consumer holds is copied there and stays (docs/protocol/queue.md §8, R5)
   * - `attempts-exhausted`: the last lease ran out and there is no dead letter queue: deleted
   * - `item-expired`: the item's life ended and there is no dead letter queue: deleted
   * - `item-due`: a scheduled item became leasable
   * - `request-timeout`: a waiting lease got a 454
   */
  readonly kind: FiredKind
  /** The queue in which it happened. */
  readonly queue: string
  /** The partition; absent for a waiting lease, which belongs to none. */
  readonly partition?: number
  /** The item's id after it happened (for a deleted or moved item: the last one that it had in this queue). */
  readonly id?: string
  /** The producer's reference of the item. */
  readonly reference?: string
  /** For `dead-lettered`: where the item is now. */
  readonly deadQueue?: string
  /** For `request-timeout`: the client that waited. */
  readonly clientId?: string
}

/** See {@link Fired.kind}. */
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
