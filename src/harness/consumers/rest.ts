/**
 * Notices when a daemon and its consumers have nothing left to do at this time, so that the clock may move. If the whole process is still, or
 * all consumers ask for items again, that is certain. Otherwise, as with a worker in another process, it takes a silence.
 */

import { handled } from '../../client/handling.js'
import { nextTurn, passedNow, wakeAfter } from '../../clock/real-time.js'
import type { Daemon } from '../../daemon/daemon.js'
import type { WaitingTest } from '../../diagnosis/observed-tests.js'
import { processWaits } from '../../diagnosis/stillness.js'
import { KnownConsumers } from './known-consumers.js'
import type { MovingPlace } from './moving.js'
import { RunningHandlers } from './running-handlers.js'

/** How many turns of the event loop must pass without a call or an event. In-memory calls need one or two. */
const QUIET_TURNS = 3
/** The same for a silence, so that a busy machine does not count as silent. */
const SILENT_TURNS = 10
/** How many times as long a silence must last while a consumer works on an item. A busy machine may keep it from going on. */
const PATIENCE_WITH_WORK = 4
/** How many turns to take before naps, and the longest nap in milliseconds. */
const EAGER_TURNS = 20
const LONGEST_NAP = 20

/** Wakes whoever naps. */
export class Bell {
  #ring = () => {}

  ring(): void {
    this.#ring()
  }

  /** Resolves after this many milliseconds, or when the bell rings. Keeps the process alive if `isAwaited`. */
  within(ms: number, isAwaited: boolean): Promise<void> {
    return new Promise((resolve) => {
      const cancel = wakeAfter(ms, resolve, isAwaited)
      this.#ring = () => {
        cancel()
        resolve()
      }
    })
  }
}

/** Watches a daemon for a test that moves its clock, or waits until its consumers are done. */
export class Rest {
  /** Ends a nap. Ring it when something else than the daemon may have changed. */
  readonly bell = new Bell()
  /** Whether it was certain the last time that there is nothing left to do, and took no silence. */
  isCertain = false
  readonly #daemon: Daemon
  readonly #test: WaitingTest
  readonly #settle: number
  readonly #handlers: RunningHandlers
  readonly #consumers: KnownConsumers
  #calls = -1
  #events = -1

  /** `settle` is how long a silence lasts, in milliseconds. */
  constructor({ daemon, test, handlers }: Pick<MovingPlace, 'daemon' | 'test' | 'handlers'>, settle: number) {
    this.#daemon = daemon
    this.#test = test
    this.#settle = settle
    // A handler that moves the clock itself must not wait for itself.
    this.#handlers = handled() === undefined ? handlers : new RunningHandlers()
    this.#consumers = new KnownConsumers(daemon, test.first, handlers.clients)
  }

  /**
   * Resolves with true when there is nothing left to do. Resolves with false as soon as `isOver` returns true. `isBusy` tells whether
   * something else than the consumers may still act, such as a function of the test. Only if nothing in the process can, that is over.
   */
  async reached(isOver: () => boolean | Promise<boolean>, isBusy = () => false): Promise<boolean> {
    const stopWatching = this.#daemon.record.watch(() => this.bell.ring())
    let quiet = 0
    let since = passedNow()
    let nap = 1
    try {
      for (let turns = 0; ; turns++) {
        if (await isOver()) return false
        await nextTurn()
        const moved = this.#moved()
        if (moved) nap = 1
        quiet = moved || this.#isBusy() ? 0 : quiet + 1
        if (quiet === 0) since = passedNow()
        this.isCertain = quiet >= QUIET_TURNS && (this.isStill || (!isBusy() && this.#consumers.allAskAgain()))
        if (this.isCertain) return true
        if (quiet >= SILENT_TURNS && !isBusy() && passedNow() - since >= this.#silence()) return true
        if (turns < EAGER_TURNS) continue
        await this.nap(nap)
        nap = Math.min(2 * nap, LONGEST_NAP)
      }
    } finally {
      stopWatching()
    }
  }

  /** Waits this many milliseconds, or until the bell rings. Without a runner, nothing else may keep the process alive. */
  nap(ms: number): Promise<void> {
    return this.bell.within(ms, this.#test.usual === undefined)
  }

  /** Whether the process has nothing open that could make something happen. */
  get isStill(): boolean {
    return !this.#daemon.listening && processWaits(this.#test.open) === false
  }

  /** How long nothing must happen, in milliseconds. */
  #silence(): number {
    return this.#consumers.someWork() ? PATIENCE_WITH_WORK * this.#settle : this.#settle
  }

  #moved(): boolean {
    const { activity, record } = this.#daemon
    // Calls that only read make no events. A condition may ask again and again.
    const calls = record.most === 0 ? activity.started : record.refusedCalls
    const moved = calls !== this.#calls || record.count !== this.#events
    this.#calls = calls
    this.#events = record.count
    return moved
  }

  #isBusy(): boolean {
    const { activity, inspector, clock, faults } = this.#daemon
    // With the runner's timers, a handler may sleep until they are moved.
    return activity.open > inspector.waitingLeases + faults.held || (this.#handlers.count > 0 && !clock.followsRunner)
  }
}
