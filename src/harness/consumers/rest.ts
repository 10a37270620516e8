/**
 * Notices when a daemon and its consumers have nothing left to do at this time, so that the clock may move. If the whole process is still, or
 * all consumers ask for items again, that is certain. Otherwise, as with a worker in another process, it takes a silence.
 */
import { nextTurn, passedNow, wakeAfter } from '../../clock/real-time.js'
import type { Daemon } from '../../daemon/daemon.js'
import type { WaitingTest } from '../../diagnosis/observed-test.js'
import { processWaits } from '../../diagnosis/stillness.js'
import { KnownConsumers } from './known-consumers.js'

/** How many turns of the event loop must pass without a call or an event. In-memory calls need one or two. */
const QUIET_TURNS = 3
/** The same for a silence, so that a busy machine does not count as silent. */
const SILENT_TURNS = 10
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
  readonly #daemon: Daemon
  readonly #test: WaitingTest
  readonly #settle: number
  readonly #consumers: KnownConsumers
  #calls = -1
  #events = -1

  /** `settle` is how long a silence lasts, in milliseconds. */
  constructor(daemon: Daemon, test: WaitingTest, settle: number) {
    this.#daemon = daemon
    this.#test = test
    this.#settle = settle
    this.#consumers = new KnownConsumers(daemon, test.first)
  }

  /**
   * Resolves with true when there is nothing left to do. Resolves with false as soon as `isOver` returns true. `isBusy` tells whether
   * something else than the consumers may still act, such as a function of the test.
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
        if (quiet >= QUIET_TURNS && (this.isStill || (!isBusy() && this.#consumers.allAskAgain()))) return true
        if (quiet >= SILENT_TURNS && passedNow() - since >= this.#settle) return true
        if (turns < EAGER_TURNS) continue
        await this.bell.within(nap, this.#test.usual === undefined)
        nap = Math.min(2 * nap, LONGEST_NAP)
      }
    } finally {
      stopWatching()
    }
  }

  /** Whether the process has nothing open that could make something happen. */
  get isStill(): boolean {
    return !this.#daemon.listening && processWaits(this.#test.open) === false
  }

  #moved(): boolean {
    const { activity, record } = this.#daemon
    const moved = activity.started !== this.#calls || record.count !== this.#events
    this.#calls = activity.started
    this.#events = record.count
    return moved
  }

  #isBusy(): boolean {
    const { activity, inspector, faults } = this.#daemon
    return activity.open > inspector.waitingLeases + faults.held
  }
}
