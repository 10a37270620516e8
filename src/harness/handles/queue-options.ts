/** What a test says of the queue that it wants. */
import type { TestQueue } from './test-queue.js'

/** Options of a new queue. Durations are texts such as `'1m'` or `'1h30m'`. */
export interface QueueOptions {
  /** Default: a new name, `queue-1` and so on; in a runner the name of the test and a number. */
  readonly name?: string
  /** Its namespace, created if it does not exist. Default `'_system'`. */
  readonly namespace?: string
  /** What a name that is made up begins with. */
  readonly label?: string
  /** How long a consumer may hold an item. Default `'1m'`. */
  readonly leaseTimeout?: string
  /** How long an item lives. Default `'24h'`. */
  readonly expireTimeout?: string
  /**
   * From which lease on an item is dead when the lease runs out. Default 0: never. Every lease counts, but only one that runs out
   * ends the item; `retry` gives it back, however often. To see a dead letter in a test, lease the item and
   * `await clock.advance(leaseTimeout)`, `maxAttempts` times. A worker gives an item up by letting its last lease run out
   * (docs/protocol/queue.md §8).
   */
  readonly maxAttempts?: number
  /**
   * Where dead items go: `true` creates a dead letter queue, or give the name of an existing queue, or a queue. Default: none, and dead
   * items are deleted. `retry({ dead: true })` deletes an item in any case.
   */
  readonly deadQueue?: boolean | string | TestQueue
  /** How many partitions. Default 1. */
  readonly partitions?: number
  /** A text of your own, kept with the queue. */
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
