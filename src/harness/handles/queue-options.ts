/** The options of `createQueue`. */
import type { TestQueue } from './test-queue.js'

/** Options of a new queue. Durations are texts such as `'1m'` or `'1h30m'`. */
export interface QueueOptions {
  /** The name. Default: a new one, `queue-1` and so on. In a runner, the name of the test with a number. */
  readonly name?: string
  /** The namespace. It is created if it does not exist. Default `'_system'`. */
  readonly namespace?: string
  /** The beginning of a made-up name, if you give no `name`. Default `'queue'`, or in a runner the name of the test. */
  readonly label?: string
  /** How long a lease lasts. Default `'1m'`. */
  readonly leaseTimeout?: string
  /** How long an item lives. Not shorter than `leaseTimeout`. Default `'24h'`. */
  readonly expireTimeout?: string
  /**
   * The number of leases after which an item is dead when the last of them runs out. Default 0: no limit. Every lease counts, but
   * only a lease that runs out ends the item: `retry` returns it to the queue, however often. To see a dead letter in a test, lease
   * the item and `await clock.advance(leaseTimeout)`, `maxAttempts` times. See docs/protocol/queue.md §8.
   */
  readonly maxAttempts?: number
  /**
   * The dead letter queue. `true` creates one, or give an existing queue or its name. Default: none, and dead items are deleted.
   * `retry({ dead: true })` deletes an item in any case.
   */
  readonly deadQueue?: boolean | string | TestQueue
  /** The number of partitions, at most 10,000. Default 1. */
  readonly partitions?: number
  /** A text of your own, kept with the queue. Default: an empty text. */
  readonly reference?: string
}

/** All options. */
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
