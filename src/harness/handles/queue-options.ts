/** The options of `createQueue`. */
import { inspect } from 'node:util'
import { atCallSite } from '../../client/call-site.js'
import { checkOptions } from '../../client/known-options.js'
import { usageError } from '../../errors.js'
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
const QUEUE_OPTIONS = [
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

const DURATIONS = ['leaseTimeout', 'expireTimeout'] as const
const NUMBERS = ['maxAttempts', 'partitions'] as const

/** @throws QueratorError for an option that does not exist, and for a duration or a number of the wrong type */
export function checkQueueOptions(options: QueueOptions): void {
  checkOptions('createQueue', options, QUEUE_OPTIONS)
  for (const name of DURATIONS) checkKind(options, name, 'string', "a duration as text, such as '1m'")
  for (const name of NUMBERS) checkKind(options, name, 'number', 'a number')
}

function checkKind(options: QueueOptions, name: keyof QueueOptions, kind: string, what: string): void {
  const given: unknown = options[name]
  if (given === undefined || typeof given === kind) return
  throw atCallSite(usageError(`createQueue: ${name} takes ${what}; got ${inspect(given)}`))
}

/** Returns the request that creates the queue. */
export function queueRequest(name: string, options: QueueOptions, deadQueue: string) {
  return {
    queueName: name,
    leaseTimeout: options.leaseTimeout ?? '1m',
    expireTimeout: options.expireTimeout ?? '24h',
    maxAttempts: options.maxAttempts ?? 0,
    deadQueue,
    reference: options.reference ?? '',
    namespace: options.namespace ?? '',
    requestedPartitions: options.partitions ?? 1,
  }
}
