/**
 * Tracks calls that nobody awaits. A test that forgets an `await` passes, whatever the result of the call. Their promises are a
 * subclass that detects `then`, so they still work like any other promise.
 */

import type { CallSites, Origin } from './call-site.js'

/** A tracked call. */
export interface UnawaitedCall {
  /** The name in the client or the harness, for example `queueProduce` or `waitFor`. */
  readonly call: string
  /** Empty for a call that is not about a queue. */
  readonly queueName: string
  /** The stack of the caller. */
  readonly origin: Origin
}

/** The queue of calls that are about none. */
export const NO_QUEUE = ''

/** The most calls that are tracked. A worker that awaits nothing must not fill the memory. */
const MOST_NOTED = 1000

/** Tracks the calls of a daemon's own clients until they are awaited. */
export class UnawaitedCalls {
  /** How to record the places of calls. */
  readonly callSites: CallSites
  readonly #calls = new Set<UnawaitedCall>()

  constructor(callSites: CallSites) {
    this.callSites = callSites
  }

  /** Tracks a call until it is awaited. Returns a promise that settles like `answer`. */
  note<T>(call: UnawaitedCall, answer: Promise<T>): Promise<T> {
    if (this.#calls.size >= MOST_NOTED) return answer
    this.#calls.add(call)
    return whenAwaited(answer, () => this.#calls.delete(call))
  }

  /** Adds a call that nobody awaited. */
  add(call: UnawaitedCall): void {
    if (this.#calls.size < MOST_NOTED) this.#calls.add(call)
  }

  /** Removes and returns the calls about one of these queues. */
  take(queueNames: readonly string[]): UnawaitedCall[] {
    const taken = [...this.#calls].filter(({ queueName }) => queueNames.includes(queueName))
    for (const call of taken) this.#calls.delete(call)
    return taken
  }
}

/** Returns a promise for `made` of the result. Awaiting it counts as awaiting the call. */
export function answering<T, U>(call: Promise<T>, made: (answer: T) => U): Promise<U> {
  return call instanceof NotedPromise ? (call as NotedPromise<T>).answering(made) : call.then(made)
}

/** Returns a promise that settles like `call`. Calls `asked` when somebody awaits it. */
export function whenAwaited<T>(call: Promise<T>, asked: () => void): Promise<T> {
  return new NotedPromise<T>((resolve, reject) => call.then(resolve, reject)).onceAsked(asked)
}

class NotedPromise<T> extends Promise<T> {
  #asked: (() => void) | undefined

  // Derived promises are not tracked.
  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  onceAsked(asked: (() => void) | undefined): this {
    this.#asked = asked
    return this
  }

  answering<U>(made: (answer: T) => U): Promise<U> {
    return new NotedPromise<U>((resolve, reject) => {
      super.then(made).then(resolve, reject)
    }).onceAsked(this.#asked)
  }

  // biome-ignore lint/suspicious/noThenProperty: detecting calls of then is the purpose of this class
  override then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#asked?.()
    return super.then(fulfilled, rejected)
  }
}
