/** Notices that a wait cannot end: for a second, nothing could happen any more. */
import { passedNow } from '../../clock/real-time.js'
import type { Rest } from './rest.js'

/** How long the process must be still, in milliseconds. A timer that does not keep the process alive is not seen. */
const LAST_WAIT = 1000
/** How long to wait before looking again, in milliseconds. */
const LOOK_AGAIN = 10

/** Watches a process in which a daemon is at rest. */
export class InVain {
  readonly #rest: Rest
  #stillSince: number | undefined

  constructor(rest: Rest) {
    this.#rest = rest
  }

  /** Call it when something has happened. */
  reset(): void {
    this.#stillSince = undefined
  }

  /** Waits a moment, after a rest. Resolves with whether the process has been still for long. */
  async isSo(): Promise<boolean> {
    this.#stillSince = this.#rest.isStill ? (this.#stillSince ?? passedNow()) : undefined
    if (this.#stillSince !== undefined && passedNow() - this.#stillSince >= LAST_WAIT) return true
    await this.#rest.nap(LOOK_AGAIN)
    return false
  }
}
