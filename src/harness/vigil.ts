/**
 * Waiting until something is so. A wait looks again after each event, so that it is over when the fact is there. It ends
 * early when nothing can happen any more, and when nothing happens but calls that are refused.
 */
import { passedNow, wakeAfter } from '../clock/real-time.js'
import type { Daemon } from '../daemon/daemon.js'
import { lengthOf } from './diagnosis/explain.js'
import type { WaitingTest } from './diagnosis/observed-test.js'
import { Stillness } from './diagnosis/stillness.js'

/** Where somebody waits. */
export interface WaitingPlace {
  readonly daemon: Daemon
  readonly queue: string
  readonly test: WaitingTest
}

/** How a wait ended. */
export type Vigil<T> = { readonly found: T } | { readonly gaveUp: string }

/** How often it is asked whether anything moves: nothing tells of the absence of events. In milliseconds. */
const LOOK_EVERY = 50
/** With nothing moving for so long nothing comes any more, in milliseconds; sooner where calls were refused. */
const QUIET = 1000
const QUIET_AFTER_REFUSAL = 200
/** With nothing but refused calls for so long, in milliseconds, and so many of them, nothing else comes. */
const ONLY_REFUSED = 2000
const MANY_REFUSED = 3

/** Waits until `look` finds something, for at most `limit` milliseconds of real time. */
export function vigil<T>(place: WaitingPlace, limit: number, look: () => T | undefined): Promise<Vigil<T>> {
  const { record } = place.daemon
  const patience = new Patience(place, limit)
  return new Promise((resolve, reject) => {
    let stopTimer = () => {}
    const end = () => {
      stopWatching()
      stopTimer()
    }
    const check = () => {
      try {
        const found = look()
        if (found === undefined && !record.ended) return
        end()
        resolve(found === undefined ? { gaveUp: 'the daemon was closed while' } : { found })
      } catch (error) {
        end()
        reject(error)
      }
    }
    const tick = () => {
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

  /** Why there is no use in waiting; undefined while there is. */
  isOver(): string | undefined {
    const after = `after ${lengthOf(passedNow() - this.#began)}`
    if (this.left === 0) return `timed out after ${lengthOf(this.#limit)}`
    const still = this.#stillness.look(this.left)
    if (still >= (this.#anyRefused() ? QUIET_AFTER_REFUSAL : QUIET)) {
      return `gave up ${after} because nothing moves any more: no call is open, nothing comes due, and the process waits for no timer or socket,`
    }
    return this.#onlyRefused() ? `gave up ${after} because every call was refused` : undefined
  }

  #anyRefused(): boolean {
    const { daemon, test } = this.#place
    return daemon.record.refusedSince(test.first)
  }

  #onlyRefused(): boolean {
    const { record } = this.#place.daemon
    const others = this.#otherEvents()
    if (others !== this.#others) this.#othersSince = passedNow()
    this.#others = others
    const many = record.refusedCalls - this.#refusedBefore >= MANY_REFUSED
    return many && passedNow() - this.#othersSince >= Math.min(ONLY_REFUSED, this.#limit / 2)
  }

  #otherEvents(): number {
    const { record } = this.#place.daemon
    return record.count - record.refusedEvents
  }
}
