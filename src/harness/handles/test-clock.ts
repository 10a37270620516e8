/** `TestClock`, the clock that a test moves. */
import { paced } from '../../clock/event-loop.js'
import type { Daemon } from '../../daemon/daemon.js'
import type { Fired } from '../../engine/events/fired.js'
import { type AdvanceUntilOptions, advanceUntil } from '../consumers/advance-until.js'
import type { Until } from '../consumers/goal.js'
import type { MovingPlace } from '../consumers/moving.js'
import type { ClockReading, ClockSide } from '../elsewhere/clock-side.js'

/** Returns the same promise, and notes whether it is awaited. */
type Noted = <T>(call: string, queueName: string, answer: Promise<T>) => Promise<T>

/** The clock of a daemon: `daemon.clock`. You can read, freeze, resume and move it. */
export class TestClock {
  readonly #side: ClockSide
  readonly #noted: Noted

  /** @internal */
  constructor(side: ClockSide, noted: Noted) {
    this.#side = side
    this.#noted = noted
  }

  /**
   * Returns the daemon's time in milliseconds since 1970, as `Date.now` does for the machine. For a `Date`, write
   * `new Date(clock.now())`. The result is cut to whole milliseconds. While the clock runs, the daemon's own times have fractions
   * of a millisecond. On a frozen clock, they are whole.
   * @throws QueratorError on a server elsewhere: {@link read} asks it
   */
  now(): number {
    return this.#side.now()
  }

  /** Whether the clock stands still until you move it. @throws QueratorError on a server elsewhere: {@link read} asks it */
  get frozen(): boolean {
    return this.#side.frozen
  }

  /** Resolves with what the clock shows. Unlike {@link now} and {@link frozen}, it also works on a server elsewhere that has a control plane. */
  read(): Promise<ClockReading> {
    return paced(this.#side.read())
  }

  /**
   * Stops the clock at the next whole millisecond. Does nothing if it is frozen already. On a server elsewhere, later calls of this daemon
   * wait until that is done; await {@link read} if other processes must see it.
   * @throws QueratorError if the daemon has `clock: 'runner'`
   */
  freeze(): void {
    this.#side.freeze()
  }

  /** Lets the clock run again from where it stands. Does nothing if it runs already. On a server elsewhere, it is like {@link freeze}. */
  resume(): void {
    this.#side.resume()
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
    return this.#noted('advance', '', paced(this.#side.advance(duration)))
  }

  /**
   * Moves the clock from deadline to deadline until something is so, and never further. Before each move it waits until your consumers
   * have nothing left to do. With `clock: 'runner'` it moves the fake timers of the runner, so timers of your own code fire too.
   *
   *     await clock.advanceUntil({ event: 'dead-lettered', reference: 'order-1' })
   *     await clock.advanceUntil(() => sent.length === 3, { limit: '2h' })
   *
   * @param until a promise, a condition, or an event. On a server elsewhere: an event, with its `queue` or with `since`
   * @returns what happened, in the order of the deadlines
   * @throws QueratorError if nothing is due any more, or the next deadline is beyond `limit`. The message says what is still due. Throws
   *   what the promise rejects with.
   */
  advanceUntil(until: Until, options: AdvanceUntilOptions = {}): Promise<Fired[]> {
    return this.#noted('advanceUntil', '', paced(this.#side.advanceUntil(until, options)))
  }
}

/** Returns what is behind the clock of a daemon in the process. @internal */
export function clockSideOf({ clock, record }: Daemon, place: () => MovingPlace): ClockSide {
  return {
    now: () => clock.now(),
    get frozen() {
      return clock.frozen
    },
    read: async () => ({ now: clock.now(), frozen: clock.frozen }),
    freeze: () => clock.freeze(),
    resume: () => clock.resume(),
    advance: (duration) => clock.move(duration, (fire) => record.collect(fire)),
    advanceUntil: async (until, options) => advanceUntil(place(), until, options),
  }
}
