/**
 * Calls that nobody has asked about: a test that forgets an `await` passes, whatever became of the call. Their promises
 * know whether anybody awaits them; a subclass, so that they are promises everywhere else too.
 */

import type { CallSites, Origin } from './call-site.js'

/** A call as it was made. */
export interface UnawaitedCall {
  /** As the client or the harness names it, `queueProduce` or `waitFor` for example. */
  readonly call: string
  /** Empty for a call that is not about a queue. */
  readonly queueName: string
  /** The stack of whoever called. */
  readonly origin: Origin
}

/** So many are noted; a worker that awaits nothing must not fill the memory. */
const MOST_NOTED = 1000

/** The calls of a daemon's own clients whose result nobody has asked for yet. */
export class UnawaitedCalls {
  /** How the places of calls are noted. */
  readonly callSites: CallSites
  readonly #calls = new Set<UnawaitedCall>()

  constructor(callSites: CallSites) {
    this.callSites = callSites
  }

  /** Notes a call until somebody asks for its answer, which is that of `answer`. */
  note<T>(call: UnawaitedCall, answer: Promise<T>): Promise<T> {
    if (this.#calls.size >= MOST_NOTED) return answer
    this.#calls.add(call)
    return new NotedPromise<T>((resolve, reject) => answer.then(resolve, reject)).onceAsked(() =>
      this.#calls.delete(call),
    )
  }

  /** Takes those out that are about one of these queues. */
  take(queueNames: readonly string[]): UnawaitedCall[] {
    const taken = [...this.#calls].filter(({ queueName }) => queueNames.includes(queueName))
    for (const call of taken) this.#calls.delete(call)
    return taken
  }
}

/** The same call with another answer: the call counts as asked about when that one is. */
export function answering<T, U>(call: Promise<T>, made: (answer: T) => U): Promise<U> {
  return call instanceof NotedPromise ? (call as NotedPromise<T>).answering(made) : call.then(made)
}

class NotedPromise<T> extends Promise<T> {
  #asked: (() => void) | undefined

  // What comes of it is nothing to be noted.
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

  // biome-ignore lint/suspicious/noThenProperty: that somebody calls it is what this class is for
  override then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#asked?.()
    return super.then(fulfilled, rejected)
  }
}
