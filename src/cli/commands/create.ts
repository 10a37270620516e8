/** `querator create`: creates a queue. */
import type { Command } from 'commander'
import { formatDuration } from '../../clock/duration.js'
import { action, addConnectionFlags } from '../connection.js'
import { durationFlag, integer } from '../flags.js'
import { say } from '../output.js'

/** The flags of both `create` and `update`. */
export interface QueueFlags {
  readonly leaseTimeout: string
  readonly expireTimeout: string
  readonly maxAttempts: number
  readonly deadQueue: string
  readonly reference: string
  readonly partitions: number
}

interface Flags extends QueueFlags {
  readonly namespace: string
}

/** How many times the lease timeout the expire timeout is, if only the lease timeout is given. */
const LEASES_OF_A_LIFE = 60n

/** Adds `querator create` to the program. */
export function addCreate(program: Command): void {
  addConnectionFlags(program.command('create'))
    .description('makes a queue; what is not said is filled in here, the server has no defaults')
    .argument('<queue>', 'name of the queue')
    .option('--lease-timeout <duration>', 'how long a consumer may hold an item', '1m')
    .option('--expire-timeout <duration>', 'how long an item lives (default: 60 times the lease timeout)', '')
    .option(
      '--max-attempts <number>',
      'how often an item may be leased before it is dead; 0: without limit',
      integer,
      0,
    )
    .option('--dead-queue <queue>', 'where dead items go: a queue that exists', '')
    .option('--reference <text>', "the queue's own reference, free for use", '')
    .option('--partitions <number>', 'how many partitions', integer, 1)
    .option('--namespace <name>', 'the namespace of the queue (default: _system)', '')
    .action(
      action<Flags>(async ([queueName = ''], flags, call) => {
        const { leaseTimeout, maxAttempts, deadQueue, reference, partitions, namespace } = flags
        const expireTimeout = flags.expireTimeout || lifeOf(leaseTimeout)
        const timeouts = { leaseTimeout, expireTimeout }
        const request = {
          queueName,
          ...timeouts,
          maxAttempts,
          deadQueue,
          reference,
          namespace,
          requestedPartitions: partitions,
        }
        await call('queuesCreate', request, 'failed to create queue')
        const told = `partitions: ${partitions}, lease-timeout: ${leaseTimeout}, expire-timeout: ${expireTimeout}`
        say(`Successfully created queue '${queueName}' (${told})`)
      }),
    )
}

/** Returns the expire timeout for a lease timeout. @throws WrongUsage if the lease timeout is not a duration */
export function lifeOf(leaseTimeout: string): string {
  return formatDuration(durationFlag(leaseTimeout, 'lease-timeout') * LEASES_OF_A_LIFE)
}
