/** The matchers of queues for a runner without `expect`: `await assertQueue(queue).toBeDrained()`. */
import { AssertionError } from 'node:assert'
import { type QueueAssertions, queueMatchers, type TestQueue } from '../../index.js'

/** The matchers for one queue. Each resolves if the claim holds, and rejects with an `AssertionError` if it does not, so await it. */
export type AssertedQueue = QueueAssertions & {
  /** The same matchers, for claims that must not hold. */
  readonly not: QueueAssertions
}

type Matcher = (received: unknown, ...claim: unknown[]) => Promise<{ pass: boolean; message: () => string }>

/**
 * Returns the matchers for a queue.
 *
 *     await assertQueue(queue).toBeDrained()
 */
export function assertQueue(queue: TestQueue): AssertedQueue {
  return { ...assertions(queue, true), not: assertions(queue, false) }
}

function assertions(queue: TestQueue, holds: boolean): QueueAssertions {
  const made = Object.entries(queueMatchers).map(([name, matcher]) => {
    const asserted = async (...claim: unknown[]) => {
      const { pass, message } = await (matcher as Matcher)(queue, ...claim)
      if (pass !== holds) throw new AssertionError({ message: message(), stackStartFn: asserted })
    }
    return [name, asserted]
  })
  return Object.fromEntries(made) as QueueAssertions
}
