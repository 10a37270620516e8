/** What the daemon needs of a clock. */
import type { Instant } from './instant.js'

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
