/** The matchers of queues for a runner without `expect`: `await assertQueue(queue).toBeDrained()`. */
import { AssertionError } from 'node:assert'
import { type QueueAssertions, queueMatchers, type TestQueue } from '../../index.js'

/** Each resolves when the claim holds, and rejects with an `AssertionError` when it does not; `not` the other way round. */
export type AssertedQueue = QueueAssertions & { readonly not: QueueAssertions }

type Matcher = (received: unknown, ...claim: unknown[]) => Promise<{ pass: boolean; message: () => string }>

/** Claims something of a queue. */
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
