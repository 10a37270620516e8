/** What is behind the clock of a test: the clock of a daemon in the process, or that of a server elsewhere. */
import type { Fired } from '../../engine/events/fired.js'
import type { AdvanceUntilOptions } from '../consumers/advance-until.js'
import type { Until } from '../consumers/goal.js'

/** What a clock shows at one moment. */
export interface ClockReading {
  /** The daemon's time in milliseconds since 1970. */
  readonly now: number
  /** Whether the clock stands still until you move it. */
  readonly frozen: boolean
}

/** A clock. Its methods are those of `TestClock`. */
export interface ClockSide {
  now(): number
  readonly frozen: boolean
  read(): Promise<ClockReading>
  freeze(): void
  resume(): void
  advance(duration: number | string): Promise<Fired[]>
  advanceUntil(until: Until, options: AdvanceUntilOptions): Promise<Fired[]>
}
