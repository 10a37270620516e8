/** `TestClock`, the clock that a test moves. */
import { paced } from '../../clock/event-loop.js'
import type { Daemon } from '../../daemon/daemon.js'
import type { Fired } from '../../engine/events/fired.js'

/** The clock of a daemon: `daemon.clock`. You can read, freeze, resume and move it. */
export class TestClock {
  readonly #daemon: Daemon

  /** @internal */
  constructor(daemon: Daemon) {
    this.#daemon = daemon
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
    return paced(clock.move(duration, (fire) => record.collect(fire)))
  }
}
