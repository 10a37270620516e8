/** The daemon's clock, as tests hold it. */
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
   * Returns the daemon's time in whole milliseconds since 1970, as `Date.now` does for the machine. For a Date, write
   * `new Date(clock.now())`. While the clock runs, the daemon's own times go below the millisecond. On a frozen clock all times are
   * whole.
   */
  now(): number {
    return this.#daemon.clock.now()
  }

  /** Whether the clock stands still until it is moved. */
  get frozen(): boolean {
    return this.#daemon.clock.frozen
  }

  /**
   * Stops the clock at the next whole millisecond. Does nothing if it is frozen already.
   * @throws QueratorError with `clock: 'runner'`
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
   * @param duration milliseconds, or a duration such as `'61s'` or `'1h30m'`; whole milliseconds, not negative
   * @returns what fired, in the order of the deadlines, once waiting clients have their replies
   * @throws QueratorError when the duration is invalid, the daemon is closed, or the clock is `'runner'`
   */
  advance(duration: number | string): Promise<Fired[]> {
    const { clock, record } = this.#daemon
    return paced(clock.move(duration, (fire) => record.collect(fire)))
  }
}
