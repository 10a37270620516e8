/** `TestClock`, the clock that a test moves. */
import { paced } from '../../clock/event-loop.js'
import type { Daemon } from '../../daemon/daemon.js'
import type { Fired } from '../../engine/events/fired.js'
import { type AdvanceUntilOptions, advanceUntil } from '../consumers/advance-until.js'
import type { Until } from '../consumers/goal.js'
import type { MovingPlace } from '../consumers/moving.js'

/** Returns the same promise, and notes whether it is awaited. */
type Noted = <T>(call: string, queueName: string, answer: Promise<T>) => Promise<T>

/** The clock of a daemon: `daemon.clock`. You can read, freeze, resume and move it. */
export class TestClock {
  readonly #daemon: Daemon
  readonly #place: () => MovingPlace
  readonly #noted: Noted

  /** @internal */
  constructor(daemon: Daemon, place: () => MovingPlace, noted: Noted) {
    this.#daemon = daemon
    this.#place = place
    this.#noted = noted
  }

  /**
   * Returns the daemon's time in milliseconds since 1970, as `Date.now` does for the machine. For a `Date`, write
   * `new Date(clock.now())`. The result is cut to whole milliseconds. While the clock runs, the daemon's own times have fractions
   * of a millisecond. On a frozen clock, they are whole.
   */
  now(): number {
    return this.#daemon.clock.now()
  }

  /** Whether the clock stands still until you move it. */
  get frozen(): boolean {
    return this.#daemon.clock.frozen
  }

  /**
   * Stops the clock at the next whole millisecond. Does nothing if it is frozen already.
   * @throws QueratorError if the daemon has `clock: 'runner'`
   */
  freeze(): void {
    this.#daemon.clock.freeze()
  }

  /** Lets the clock run again from where it stands. Does nothing if it runs already. */
  resume(): void {
    this.#daemon.clock.resume()
  }

  /**
   * Moves the clock forward, whether it is frozen or running. Everything that is due by then happens, in the order of the
   * deadlines. Changes caused by it carry the time after the move, as on a server whose clock was set forward.
   *
   *     await clock.advance('61s')
   *
   * @param duration milliseconds, or a duration such as `'61s'` or `'1h30m'`. Whole milliseconds, 0 or more.
   * @returns what happened, in the order of the deadlines. The promise resolves when waiting clients have their replies.
   * @throws QueratorError if the duration is invalid, the daemon is closed, or it has `clock: 'runner'`
   */
  advance(duration: number | string): Promise<Fired[]> {
    const { clock, record } = this.#daemon
    return this.#noted('advance', '', paced(clock.move(duration, (fire) => record.collect(fire))))
  }

  /**
   * Moves the clock from deadline to deadline until something is so, and never further. Before each move it waits until your consumers
   * have nothing left to do. With `clock: 'runner'` it moves the fake timers of the runner, so timers of your own code fire too.
   *
   *     await clock.advanceUntil({ event: 'dead-lettered', reference: 'order-1' })
   *     await clock.advanceUntil(() => sent.length === 3, { limit: '2h' })
   *
   * @param until a promise, a condition, or an event
   * @returns what happened, in the order of the deadlines
   * @throws QueratorError if nothing is due any more, or the next deadline is beyond `limit`. The message says what is still due. Throws
   *   what the promise rejects with.
   */
  advanceUntil(until: Until, options: AdvanceUntilOptions = {}): Promise<Fired[]> {
    return this.#noted('advanceUntil', '', paced(advanceUntil(this.#place(), until, options)))
  }
}
