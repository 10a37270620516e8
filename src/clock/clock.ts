/** The clock as the daemon sees it. */
import type { Instant } from './instant.js'

/** A timer on a clock. */
export interface Timer {
  /** Cancels the timer. Does nothing if it has fired. */
  cancel(): void
}

/** The clock as the engine sees it. */
export interface Clock {
  /** The current time, to a fraction of a millisecond. Never goes back, unless the runner's clock does. */
  now(): Instant
  /** Whether the clock stands still until it is moved. */
  readonly frozen: boolean
  /**
   * Calls `due` once when the clock reaches `at`. At equal times, the smaller `priority` (default 0) goes first.
   * Does not keep the process alive.
   */
  setTimer(at: Instant, due: () => void, priority?: number): Timer
  /** Registers a client. Replies to it are tracked, so that a move of the clock can wait until they have arrived. */
  way(): Way
}

/** Tracks the replies to one client. */
export interface Way {
  /** Call before a reply is made. */
  begin(): void
  /** Call when the reply is written, and the client has to read it. */
  leaves(): void
  /** Call when part of the reply has left. */
  moved(): void
  /** Call when all of the reply has left. */
  end(): void
  /** Call when the reply will not be sent. */
  drop(): void
  /** Call when the client is gone. Its pending replies will never arrive. */
  close(): void
}
