/** What the handles of a daemon share. */
import type { QueratorClient } from '../../client/client.js'
import type { Daemon } from '../../daemon/daemon.js'
import type { WaitingTest } from '../../diagnosis/observed-test.js'
import type { LeaseHome } from './leased-items.js'

/** What a queue needs of its daemon. @internal */
export interface QueueHome extends LeaseHome {
  /** The client for calls of the harness itself. */
  readonly ownClient: QueratorClient
  embedded(what: string): Daemon
  pause(queueName: string): void
  resume(queueName: string): void
  nextClientId(): string
  /** Returns the same promise, and notes whether it is awaited. */
  noted<T>(call: string, queueName: string, answer: Promise<T>): Promise<T>
  /** Tracks the check of a matcher until it settles. */
  checked(matcher: string, queueName: string, outcome: Promise<unknown>): void
  /** Returns the test that waits for something in a queue. */
  waiting(queueName: string): WaitingTest
  deleted(queueName: string): void
}
