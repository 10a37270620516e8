/**
 * The daemon's clock: real by default, and movable by tests.
 *
 * States:
 * - running: follows the machine's clock, ahead of it by the sum of its moves. One real timer waits for the next deadline
 * - frozen: stands still until it is moved
 * - following: follows the runner's clock, real or fake, and cannot be moved here
 * - stopped: after {@link MovableClock.stop}. It has no timers, and none fires
 */
import { usageError } from '../errors.js'
import type { Clock, Timer, Way } from './clock.js'
import type { ClockOption, FromThere } from './clock-option.js'
import { DeadlineHeap } from './deadline-heap.js'
import { Deliveries } from './deliveries.js'
import { type Flow, flowOf } from './flow.js'
import { checkMove, givenMilliseconds } from './given-duration.js'
import { type Instant, NEVER } from './instant.js'
import { PendingTimer, TIMER_KEYS } from './pending-timer.js'
import { nextTurn, REAL_TIME } from './real-time.js'
import { runnerTime, type TestRealm } from './runner-time.js'
import type { TimeSource } from './time-source.js'

/** The distance between two priorities. More timers than a clock will ever set. */
const RANKS = 2 ** 40

/** The clock of a daemon. Its public face is in harness/handles/test-clock.ts. */
export class MovableClock {
  /** The same clock for the engine, with its exact time. */
  readonly exact: Clock = this.#exactClock()
  readonly #timers = new DeadlineHeap<PendingTimer>(TIMER_KEYS)
  readonly #deliveries: Deliveries
  readonly #source: TimeSource
  readonly #followsRunner: boolean
  readonly #newFlow: () => Flow
  #flow: Flow
  #moved = 0
  #rank = 0
  #stopped = false
  #isFiring = false
  #cancelWake: (() => void) | undefined
  #wakeAt = NEVER
  /** The era of the source when the real timer was set. */
  #era: unknown
  #lastMove: Promise<unknown> = Promise.resolve()

  /** `'runner'` follows the time of `realm`. @throws QueratorError if the option is not a documented one */
  constructor(
    option: ClockOption | FromThere = 'real',
    machine: TimeSource = REAL_TIME,
    readonly realm: TestRealm = globalThis,
  ) {
    this.#deliveries = new Deliveries(machine.wakeAfter)
    this.#followsRunner = option === 'runner'
    this.#source = this.#followsRunner ? runnerTime(realm) : machine
    this.#newFlow = () => flowOf(option, this.#source, machine)
    this.#flow = this.#newFlow()
  }

  /** The time in whole milliseconds since 1970. */
  now(): number {
    return Math.floor(this.#flow.now())
  }

  /** Whether the clock stands still until you move it. */
  get frozen(): boolean {
    return this.#flow.frozen
  }

  /**
   * Stops the clock at the next whole millisecond. Does nothing if it is frozen already.
   * @throws QueratorError if the daemon has `clock: 'runner'`
   */
  freeze(): void {
    this.#checkMovable('freeze')
    if (this.frozen) return
    this.#flow.freeze()
    // Fires what is due now. A deadline that is set for now while the clock is frozen waits for the first move.
    this.#fireDue()
  }

  /** Lets the clock run again from where it stands. Does nothing if it runs already. */
  resume(): void {
    this.#flow.resume()
    this.#arm()
  }

  /** Moves the clock like {@link move}, if the caller does not need to know what fires. */
  async advance(duration: number | string): Promise<void> {
    return this.move(duration, (fire) => fire())
  }

  /**
   * Moves the clock forward, whether it is frozen or running. What is due by then happens while `during` runs `fire`. One move follows the other.
   * @returns what `during` returned, once waiting clients have their replies
   * @throws QueratorError if the duration is invalid or ends after the year 9999, the daemon is closed, or the clock is `'runner'`
   */
  async move<T>(duration: number | string, during: (fire: () => void) => T): Promise<T> {
    this.#checkMovable('advance')
    const ms = givenMilliseconds('clock.advance', duration)
    if (!Number.isSafeInteger(ms)) throw usageError(`clock.advance takes whole milliseconds; got ${String(duration)}`)
    const move = this.#lastMove.then(() => this.#moveBy(ms, during))
    this.#lastMove = move.catch(() => undefined)
    return move
  }

  /** Removes a timer that has not fired. */
  forget(timer: Timer): void {
    this.#timers.remove(timer as PendingTimer)
    this.#arm()
  }

  /**
   * Holds the time still for a call. Fires overdue deadlines first: the machine's clock may have been set forward, the event loop
   * busy, or fake timers switched on or off.
   */
  beginCall(): void {
    if (this.frozen) return
    const now = this.#flow.hold()
    // A call that was due goes on in its turn, before what is due later.
    if (this.#isFiring || (this.#timers.next() > now && this.#source.era === this.#era)) return
    this.#fireDue()
    this.#flow.hold() // A call that was due has released it.
  }

  /** Releases the time after a call was carried out or started to wait. */
  endCall(): void {
    this.#flow.release()
  }

  /** Whether time passes without anybody moving it: neither frozen, nor the runner's. */
  get runsByItself(): boolean {
    return !this.frozen && !this.#followsRunner
  }

  /** How far the clock was moved so far, in milliseconds. */
  get moved(): number {
    return this.#moved
  }

  /** Returns whether a deadline may pass within this many milliseconds. Always true with `clock: 'runner'`. */
  mayFireWithin(ms: number): boolean {
    return this.#followsRunner || (!this.frozen && this.#timers.next() <= this.#flow.now() + ms)
  }

  /** The earliest deadline, or `Infinity`. */
  get next(): Instant {
    return this.#timers.next()
  }

  /** Whether it follows the runner's clock. */
  get followsRunner(): boolean {
    return this.#followsRunner
  }

  /** See {@link Clock.way}. */
  way(): Way {
    return this.#deliveries.way()
  }

  /** Resolves when every pending reply has arrived. A client that does not read is not waited for long. */
  arrivals(): Promise<void> {
    return this.#deliveries.arrivals()
  }

  /** Goes back to its start. It must have no timers: the time may go back. */
  reset(): void {
    this.#flow = this.#newFlow()
    this.#moved = 0
    this.#arm()
  }

  /** Removes every timer. The clock cannot be moved any more. */
  stop(): void {
    this.#stopped = true
    this.#timers.clear()
    this.#arm()
  }

  #exactClock(): Clock {
    const isFrozen = () => this.frozen
    return {
      now: () => this.#flow.now(),
      get frozen() {
        return isFrozen()
      },
      setTimer: (at, due, priority = 0) => {
        const timer = new PendingTimer(at, priority * RANKS + this.#rank++, due, this)
        this.#timers.add(timer)
        this.#arm()
        return timer
      },
      way: () => this.way(),
    }
  }

  async #moveBy<T>(duration: number, during: (fire: () => void) => T): Promise<T> {
    if (this.#stopped) throw usageError('the daemon of this clock is closed; start a new one to move its clock')
    // On a running clock, what is already due fires first. It is not part of this move.
    if (!this.frozen) this.#fireDue()
    checkMove(this.#flow.now(), duration)
    this.#moved += duration
    const result = during(() => {
      this.#flow.move(duration)
      this.#fireDue()
    })
    // In-memory replies arrive within this turn. Replies on sockets have begun by then, and are awaited.
    await nextTurn()
    await this.arrivals()
    return result
  }

  #fireDue(): void {
    const now = this.#flow.now()
    const wasFiring = this.#isFiring
    this.#isFiring = true
    try {
      for (let timer = this.#timers.peek(); timer !== undefined && timer.at <= now; timer = this.#timers.peek()) {
        this.#timers.remove(timer)
        timer.due()
      }
    } finally {
      this.#isFiring = wasFiring
      this.#arm()
    }
  }

  /** Keeps one real timer for the earliest deadline. Keeps none while the clock stands still or nothing is waiting. */
  #arm(): void {
    const at = this.frozen || this.#stopped ? NEVER : this.#timers.next()
    const { era } = this.#source
    if (at === this.#wakeAt && era === this.#era && this.#cancelWake !== undefined) return
    this.#cancelWake?.()
    this.#cancelWake = undefined
    this.#wakeAt = at
    this.#era = era
    if (at === NEVER) return
    const delay = Math.min(Math.ceil(at - this.#flow.now()), this.#source.longestNap)
    this.#cancelWake = this.#source.wakeAfter(delay, () => {
      this.#cancelWake = undefined
      this.#fireDue()
    })
  }

  #checkMovable(move: string): void {
    if (!this.#followsRunner) return
    throw usageError(
      `clock.${move}: this daemon has clock: 'runner' and goes with the runner's clock; move that one, with vi.advanceTimersByTimeAsync(ms), jest.advanceTimersByTimeAsync(ms) or mock.timers.tick(ms), or leave the option out`,
    )
  }
}
