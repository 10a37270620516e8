/** What a test says of the queue that it wants. */
import type { TestQueue } from './test-queue.js'

/** How a queue is made. Durations are texts such as `'1m'` or `'1h30m'`. */
export interface QueueOptions {
  /** Default: a new readable name, `queue-1` and so on; in a runner the test's name and a number. */
  readonly name?: string
  /** Where it is; made when it is not there. Default `'_system'`. */
  readonly namespace?: string
  /** What a name that is made up begins with. */
  readonly label?: string
  /** How long a consumer may hold an item; default `'1m'`. */
  readonly leaseTimeout?: string
  /** How long an item lives; default `'24h'`. */
  readonly expireTimeout?: string
  /**
   * How many leases of an item may run out before it is dead; default 0: no limit. Every lease counts, but only a lease that
   * runs out ends the item: one that is given back with `retry` goes on, however often. To see a dead letter in a test, lease
   * the item and `await clock.advance(leaseTimeout)`, `maxAttempts` times. A worker that gives an item up lets its last lease
   * run out (contract: queue.md §8).
   */
  readonly maxAttempts?: number
  /**
   * Where dead items go: `true` makes a dead letter queue as well; or an existing one, by name or as a queue. Without one a
   * dead item is deleted. `retry({ dead: true })` deletes the item in any case.
   */
  readonly deadQueue?: boolean | string | TestQueue
  /** Default 1. */
  readonly partitions?: number
  /** The queue's own reference, free for use. */
  readonly reference?: string
}

/** Every option that there is. */
export const QUEUE_OPTIONS = [
  'name',
  'namespace',
  'label',
  'leaseTimeout',
  'expireTimeout',
  'maxAttempts',
  'deadQueue',
  'partitions',
  'reference',
]
