/** What tests begin on a server elsewhere without an `await`: in which order it is carried out, and who hears of what fails. */
import { innermost } from '../../diagnosis/spans.js'
import { messageOf, usageError } from '../../errors.js'

/** A test from its beginning to its end. */
export interface BegunSpan {
  readonly outer: BegunSpan | undefined
  queues(): readonly string[]
}

interface Failure {
  readonly error: unknown
  /** The tests that may have begun it and have not ended. Undefined if no test ran. */
  readonly owners: Set<BegunSpan> | undefined
  /** Whether several tests ran, and it named the queue of none of them. */
  readonly isUnclear: boolean
}

/**
 * Carries things out one after the other. What fails is told once: to the next call of the test that began it, or else at the end of that test.
 * If several tests may have begun it, each of them hears of it at its end. Outside of tests, the next call or end of a test does.
 */
export class Begun {
  readonly #running = new Set<BegunSpan>()
  readonly #failures = new Set<Failure>()
  #before: Promise<unknown> = Promise.resolve()

  /** Call it when a test begins. `outer` is the test that it is a part of, if any. */
  enter(queues: () => readonly string[], outer?: BegunSpan): BegunSpan {
    const span = { outer, queues }
    this.#running.add(span)
    return span
  }

  /** Ends a test. Resolves with the errors that nobody has told yet. */
  async leave(span: BegunSpan): Promise<Error[]> {
    await this.#before
    this.#running.delete(span)
    const own = [...this.#failures].filter(({ owners }) => owners === undefined || owners.has(span))
    for (const failure of own) {
      failure.owners?.delete(span)
      if (!failure.owners?.size) this.#failures.delete(failure)
    }
    return own.map(({ error, isUnclear }) => {
      const whose = isUnclear ? ' by this test, or by another that ran at the same time,' : ''
      return usageError(`what was begun${whose} without an await failed: ${messageOf(error)}`, error)
    })
  }

  /** Carries something out after what was begun before. All that follows waits for it. */
  begin(queueName: string, work: () => Promise<unknown>): void {
    const askers = this.#askers(queueName)
    const owners = askers.length === 0 ? undefined : new Set(askers)
    this.#before = this.#before.then(work).catch((error: unknown) => {
      this.#failures.add({ error, owners, isUnclear: askers.length > 1 })
    })
  }

  /** Does the same, and settles like `work`. @throws what the same test began before, if that failed */
  inOrder<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#before.then(() => {
      this.hear(() => '')
      return work()
    })
    this.#before = done.catch(() => undefined)
    return done
  }

  /** Resolves when everything that was begun is carried out, or has failed. Whose failure that is still hears of it. */
  async carriedOut(): Promise<void> {
    await this.#before
  }

  /** @throws what the test began that asks, if that failed. `queueName` returns the queue that it asks for, or `''` */
  hear(queueName: () => string): void {
    if (this.#failures.size === 0) return
    const askers = this.#askers(queueName())
    for (const failure of this.#failures) {
      const { owners, error } = failure
      const isTheirs = !failure.isUnclear && askers.length === 1 && owners?.has(askers[0] as BegunSpan)
      if (owners !== undefined && !isTheirs) continue
      this.#failures.delete(failure)
      throw error
    }
  }

  /** Forgets a failure that is told elsewhere. */
  told(error: unknown): void {
    for (const failure of this.#failures) if (failure.error === error) this.#failures.delete(failure)
  }

  /** Returns the test that has this queue, or else all tests that may ask, without those that only contain others. */
  #askers(queueName: string): BegunSpan[] {
    const owner = [...this.#running].findLast((span) => queueName !== '' && span.queues().includes(queueName))
    return owner === undefined ? innermost(this.#running) : [owner]
  }
}
