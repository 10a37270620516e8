/**
 * Waiting until something is so. A wait looks again after each event, so that it is over when the fact is there. It ends
 * early when nothing can happen any more, and when nothing happens but calls that are refused.
 */
import { passedNow, wakeAfter } from '../../clock/real-time.js'
import type { Daemon } from '../../daemon/daemon.js'
import { EventLog, type QueueEvent } from '../../diagnosis/event-log.js'
import { lengthOf } from '../../diagnosis/lengths.js'
import type { WaitingTest } from '../../diagnosis/observed-test.js'
import { Stillness } from '../../diagnosis/stillness.js'

/** Where somebody waits. */
export interface WaitingPlace {
  readonly daemon: Daemon
  readonly queue: string
  readonly test: WaitingTest
  /** Whether a refused call is what is waited for; default no. */
  readonly awaitsRefusal?: boolean
}

/** How a wait ended. */
export type Vigil<T> = { readonly found: T } | { readonly gaveUp: (wish: string) => string }

/** How often it is asked whether anything moves: nothing tells of the absence of events. In milliseconds. */
const LOOK_EVERY = 50
/** With nothing moving for so long nothing comes any more, in milliseconds; sooner where calls were refused. */
const QUIET = 2000
const QUIET_AFTER_REFUSAL = 500
/** With nothing but refused calls for so long, in milliseconds, and this many of them, nothing else comes. */
const ONLY_REFUSED = 2000
const MANY_REFUSED = 3

/** Waits until `look` finds something, for at most `limit` milliseconds of real time. */
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
      // Without a record nothing tells of events.
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

/** When to stop waiting, and why. */
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

  /** In milliseconds. */
  get left(): number {
    return Math.max(0, this.#began + this.#limit - passedNow())
  }

  /** The reason to give up waiting; undefined while there is none. */
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

  /** The events of calls that were refused since the test began, and may have been meant for this queue. */
  #refusals(): QueueEvent[] {
    const { daemon, queue, test } = this.#place
    const id = daemon.inspector.queueId(queue)
    const log = new EventLog(daemon)
    // A queue that is gone had its calls from an earlier test.
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
    // One more timer is the pause of whoever is refused; anybody else's may bring something else.
    return this.#stillness.timers <= 1 && this.#refusals().length > 0
  }

  #otherEvents(): number {
    const { record } = this.#place.daemon
    return record.count - record.refusedEvents
  }
}
