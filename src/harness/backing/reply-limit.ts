/** Gives up requests to a server that does not reply. */
import { formatMilliseconds } from '../../clock/duration.js'
import { orGiveUp } from '../../clock/give-up.js'
import { nextTurn } from '../../clock/real-time.js'
import { onAbort } from '../../protocol/aborts.js'

/** How long a server may take for a reply, in milliseconds. Nothing else ends a run that waits before its tests or after them. */
export const LONGEST_REPLY = 10_000
/** How long it may take to say what it can do, before a test daemon is there without knowing that. */
export const FIRST_REPLY = 1000
/** How long, if it was silent before. Whoever closes a daemon asks several times, and must not wait that long for each. */
const AFTER_SILENCE = 1000

/** How long a server may take. */
export class ReplyLimit {
  readonly #late: (time: string) => unknown
  #isSilent = false

  /** `late` returns the error of a request without a reply within this time. */
  constructor(late: (time: string) => unknown) {
    this.#late = late
  }

  /**
   * Makes a request, and gives it up after `longest` milliseconds, or when `given` is aborted. Its connection keeps the process alive, so
   * the timer need not.
   * @throws the error of a request without a reply
   */
  async asked<T>(longest: number, request: (signal: AbortSignal) => Promise<T>, given?: AbortSignal): Promise<T> {
    const ms = Math.ceil(this.#isSilent ? Math.min(longest, AFTER_SILENCE) : longest)
    const controller = new AbortController()
    const forget = given && onAbort(given, () => controller.abort(given.reason))
    let isOpen = true
    const late = async (): Promise<never> => {
      // The reply may be there, and this process was busy.
      await nextTurn()
      await nextTurn()
      if (isOpen) {
        controller.abort()
        this.#isSilent ||= ms >= AFTER_SILENCE
      }
      throw this.#tooLate(ms)
    }
    try {
      const reply = await orGiveUp<T>(request(controller.signal), ms, late, false)
      this.#isSilent = false
      return reply
    } finally {
      isOpen = false
      forget?.()
    }
  }

  /** Settles like `work`, which has replies to wait for. @throws the error of a request without a reply */
  inTime<T>(longest: number, work: Promise<T>): Promise<T> {
    const late = (): never => {
      throw this.#tooLate(longest)
    }
    return orGiveUp<T>(work, longest, late, false)
  }

  #tooLate(ms: number): unknown {
    return this.#late(formatMilliseconds(Math.ceil(ms)))
  }
}
