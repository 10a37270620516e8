/**
 * Waits until a condition holds. A wait checks again after each event. It gives up early when nothing can happen any more,
 * and when all calls are refused.
 */
import { passedNow, wakeAfter } from '../../clock/real-time.js'
import type { Daemon } from '../../daemon/daemon.js'
import { EventLog, type QueueEvent } from '../../diagnosis/event-log.js'
import { lengthOf } from '../../diagnosis/lengths.js'
import type { WaitingTest } from '../../diagnosis/observed-tests.js'
import { Stillness } from '../../diagnosis/stillness.js'

/** The queue that a wait is about, and the test that waits. */
export interface WaitingPlace {
  readonly daemon: Daemon
  readonly queue: string
  readonly test: WaitingTest
  /** Returns the failure of a worker of the test, once. */
  failure(): Error | undefined
  /** Says which workers of the test have ended without a failure. */
  endLines?(): string[]
  /** Notes that a check passed which asks whether a queue is done. `scheduled`: it would have failed on a scheduled item. */
  passed?(check: string, queue: string, scheduled: boolean): void
  /** Whether the wait is for a refused call. Default `false`. */
  readonly awaitsRefusal?: boolean
}

/** How a wait ended. */
export type Vigil<T> = { readonly found: T } | { readonly gaveUp: (wish: string) => string }

/** How often to check whether anything moves, in milliseconds. The absence of events notifies nothing. */
const LOOK_EVERY = 50
/** How long nothing must move before a wait gives up, in milliseconds. Shorter if calls were refused. */
const QUIET = 2000
const QUIET_AFTER_REFUSAL = 500
/** A wait gives up after only refused calls for this long, in milliseconds, and at least this many of them. */
const ONLY_REFUSED = 2000
const MANY_REFUSED = 3

/** Waits until `look` returns something, for at most `limit` milliseconds of real time. */
export function vigil<T>(place: WaitingPlace, limit: number, look: () => T | undefined): Promise<Vigil<T>> {
  const { record } = place.daemon
  const patience = new Patience(place, limit)
  return new Promise((resolve, reject) => {
    let stopTimer = () => {}
    let ended = false
    const end = () => {
      ended = true
      stopWatching()
      stopTimer()
    }
    const check = () => {
      if (ended) return
      try {
        const found = look()
        const failure = found === undefined ? place.failure() : undefined
        if (failure !== undefined) throw failure
        if (found === undefined && !record.ended) return
        end()
        resolve(
          found === undefined ? { gaveUp: (wish) => `the daemon was closed while waiting for ${wish}` } : { found },
        )
      } catch (error) {
        end()
        reject(error)
      }
    }
    const tick = () => {
      // Checks here too, because a daemon that keeps no events notifies nothing.
      check()
      if (ended) return
      const gaveUp = patience.isOver()
      if (gaveUp === undefined) {
        stopTimer = wakeAfter(Math.min(LOOK_EVERY, patience.left), tick)
        return
      }
      end()
      resolve({ gaveUp })
    }
    const stopWatching = record.watch(check)
    stopTimer = wakeAfter(Math.min(LOOK_EVERY, limit), tick)
    check()
  })
}

/** Decides when to give up waiting, and says why. */
class Patience {
  readonly #place: WaitingPlace
  readonly #limit: number
  readonly #began = passedNow()
  readonly #stillness: Stillness
  readonly #refusedBefore: number
  #others: number
  #othersSince = passedNow()

  constructor(place: WaitingPlace, limit: number) {
    this.#place = place
    this.#limit = limit
    this.#stillness = new Stillness(place.daemon, place.test.usual)
    this.#refusedBefore = place.daemon.record.refusedCalls
    this.#others = this.#otherEvents()
  }

  /** The time left, in milliseconds. */
  get left(): number {
    return Math.max(0, this.#began + this.#limit - passedNow())
  }

  /** Returns the reason to give up waiting. Undefined if there is none. */
  isOver(): ((wish: string) => string) | undefined {
    const after = lengthOf(Math.round(passedNow() - this.#began))
    if (this.left === 0) return (wish) => `timed out after ${lengthOf(this.#limit)} waiting for ${wish}`
    const still = this.#stillness.look(this.left)
    if (still >= (this.#anyRefused() ? QUIET_AFTER_REFUSAL : QUIET)) {
      return (wish) =>
        `gave up waiting for ${wish} after ${after}: nothing can happen any more (no call is open but waiting leases, nothing comes due in this time, the process waits for no timer or socket)`
    }
    return this.#onlyRefused()
      ? (wish) => `gave up waiting for ${wish} after ${after}: every call was refused`
      : undefined
  }

  /** Refused calls since the test began that were for this queue, or may have been meant for it. */
  #refusals(): QueueEvent[] {
    const { daemon, queue, test } = this.#place
    const id = daemon.inspector.queueId(queue)
    const log = new EventLog(daemon)
    // Calls to a deleted queue come from an earlier test.
    return log.refusedSince(test.first).filter((event) => {
      return event.queueId === 0 ? !log.hadQueue(event.queue) : event.queueId === id
    })
  }

  #anyRefused(): boolean {
    return this.#place.daemon.record.refusedSince(this.#place.test.first) && this.#refusals().length > 0
  }

  #onlyRefused(): boolean {
    const { daemon, awaitsRefusal } = this.#place
    const others = this.#otherEvents()
    if (others !== this.#others) this.#othersSince = passedNow()
    this.#others = others
    const many = daemon.record.refusedCalls - this.#refusedBefore >= MANY_REFUSED
    const long = passedNow() - this.#othersSince >= Math.min(ONLY_REFUSED, this.#limit / 2)
    if (!many || !long || awaitsRefusal || daemon.clock.mayFireWithin(this.left)) return false
    // One timer is the pause of the refused caller. More timers may make something else happen.
    return this.#stillness.timers <= 1 && this.#refusals().length > 0
  }

  #otherEvents(): number {
    const { record } = this.#place.daemon
    return record.count - record.refusedEvents
  }
}
