/** The function that a test follows: it may return soon, or be a worker that never does. */
import { type Origin, thrownFrom } from '../../client/call-site.js'
import { orGiveUp } from '../../clock/give-up.js'
import type { Presence } from '../../daemon/lives/presence.js'
import { lengthOf } from '../../diagnosis/lengths.js'
import { messageOf, usageError } from '../../errors.js'
import { isAbort } from './abort.js'
import { isOfDaemon } from './broken-connection.js'
import { explainSince } from './failure-text.js'

/** What a tracked function gets. */
export interface TrackContext {
  /** Aborted when everything is done. Pass it to a worker that would go on for ever. */
  readonly signal: AbortSignal
}

/** Runs the function, and ends it. */
export class TrackedFunction<T> {
  readonly #abort = new AbortController()
  readonly #end: Promise<void>
  #state: 'pending' | { readonly value: T } | { readonly error: unknown } = 'pending'
  #takesSignal = false

  readonly #presence: Presence

  /** `settled` is called when the function has settled. */
  constructor(fn: (context: TrackContext) => T | PromiseLike<T>, presence: Presence, settled: () => void) {
    this.#presence = presence
    this.#end = this.#run(fn).finally(settled)
  }

  get isPending(): boolean {
    return this.#state === 'pending'
  }

  /** Whether it may still act by itself. A function that took the signal is a worker, and seen by its calls. */
  get isBusy(): boolean {
    return this.isPending && !this.#takesSignal
  }

  /** What it returned. Undefined while it is pending. */
  get value(): T | undefined {
    return typeof this.#state === 'object' && 'value' in this.#state ? this.#state.value : undefined
  }

  /** Settles as the function does. */
  get end(): Promise<unknown> {
    return this.#end.then(() => this.check())
  }

  /** @throws what it threw */
  check(): void {
    if (typeof this.#state === 'object' && 'error' in this.#state) throw this.#state.error
  }

  /** Aborts its signal, and waits for its end if it uses the signal. @throws what it throws then, or if it does not end */
  async stop(longest: number): Promise<void> {
    this.#abort.abort()
    if (this.isPending && !this.#takesSignal) return
    const ended = await orGiveUp(
      this.#end.then(() => true),
      longest,
      () => false,
    )
    if (!ended) {
      throw usageError(
        `the tracked function did not end within ${lengthOf(longest)} of its signal being aborted; pass the signal on to what it awaits, or give it longer with { stop: '10s' }`,
      )
    }
    const isAborted =
      typeof this.#state === 'object' && 'error' in this.#state && isAbort(this.#state.error, this.#abort.signal)
    if (!isAborted) this.check()
  }

  async #run(fn: (context: TrackContext) => T | PromiseLike<T>): Promise<void> {
    const take = () => {
      this.#takesSignal = true
      return this.#abort.signal
    }
    const context: TrackContext = {
      get signal() {
        return take()
      },
    }
    const explain = explainSince(this.#presence)
    try {
      this.#state = { value: await fn(context) }
    } catch (error) {
      // A test may compare an error that code under test made.
      this.#state = { error: isOfDaemon(error, this.#presence) ? withEnd(error, explain(error)) : error }
    }
  }
}

/** Returns the error of a broken connection with what is known of it. */
function withEnd(error: unknown, text: string): unknown {
  if (!text.includes('; the daemon ') || messageOf(error).includes('; the daemon ')) return error
  return thrownFrom(usageError(`the tracked function failed: ${text}`, error), Object(error) as Origin)
}
