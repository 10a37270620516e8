/** Holds replies back until what they tell is written. */
import { orGiveUp } from '../clock/give-up.js'
import { requestFailed } from '../errors.js'
import type { Journal } from './journal.js'

/** Waits for the journal, on behalf of calls. */
export class Durability {
  readonly #journal: Journal

  constructor(journal: Journal) {
    this.#journal = journal
  }

  /**
   * Returns what a call returned, once everything that it may have seen or changed is written.
   * @throws 453 with the cause, after `timeout` milliseconds of real time. The change may still be written later
   */
  after(carryOut: () => unknown, timeout: () => number): unknown {
    let result: unknown
    try {
      result = carryOut()
    } catch (error) {
      return this.#failed(error, timeout)
    }
    if (isPromise(result)) return this.#settled(result, timeout)
    const written = this.#journal.written()
    return written === undefined ? result : this.#inTime(written, timeout()).then(() => result)
  }

  async #settled(promise: PromiseLike<unknown>, timeout: () => number): Promise<unknown> {
    let result: unknown
    try {
      result = await promise
    } catch (error) {
      return this.#failed(error, timeout)
    }
    const written = this.#journal.written()
    if (written !== undefined) await this.#inTime(written, timeout())
    return result
  }

  /** The error of the call itself says more than that of a storage. But a crash leaves no reply. */
  async #failed(error: unknown, timeout: () => number): Promise<never> {
    const written = this.#journal.written()
    if (written !== undefined) await this.#inTime(written, timeout()).catch(() => undefined)
    throw this.#journal.givenUp ?? error
  }

  #inTime(written: Promise<void>, ms: number): Promise<void> {
    const late = () => {
      throw this.#tooLate(ms)
    }
    return orGiveUp(written, ms, late)
  }

  #tooLate(ms: number): Error {
    const { trouble } = this.#journal
    const why = trouble === undefined ? 'it is slow' : `${trouble.storage.name}: ${trouble.error.message}`
    return requestFailed(`storage did not confirm the request within ${ms}ms; ${why}`)
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value
}
