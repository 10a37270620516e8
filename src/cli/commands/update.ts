/** `querator update`: changes a queue. Options that are left out keep their values. */
import type { Command } from 'commander'
import { WrongUsage } from '../command-error.js'
import { action, addConnectionFlags } from '../connection.js'
import { integer } from '../flags.js'
import { say } from '../output.js'
import { lifeOf, type QueueFlags } from './create.js'

/** Adds `querator update` to the program. */
export function addUpdate(program: Command): void {
  addConnectionFlags(program.command('update'))
    .description('changes a queue; flags that are not given, empty or 0 keep what the queue has')
    .argument('<queue>', 'name of the queue')
    .option('--lease-timeout <duration>', 'how long a consumer may hold an item, such as 8m, 15m or 1h', '')
    .option(
      '--expire-timeout <duration>',
      'how long an item lives (60 times the lease timeout, when only that is given)',
      '',
    )
    .option('--max-attempts <number>', 'how often an item may be leased before it is dead', integer, 0)
    .option('--dead-queue <queue>', 'where dead items go: a queue that exists', '')
    .option('--reference <text>', "the queue's own reference", '')
    .option('--partitions <number>', 'the number that is reported; partitions are not made or moved by it', integer, 0)
    .action(
      action<QueueFlags>(async ([queueName = ''], flags, call) => {
        const info = await call('queuesInfo', { queueName }, 'failed to get current queue info')
        if (Object.values({ ...flags, endpoint: '', apiKey: '' }).every((value) => !value)) {
          throw new WrongUsage('no update flags provided (use --help to see available options)')
        }
        const life = flags.expireTimeout || (flags.leaseTimeout === '' ? '' : lifeOf(flags.leaseTimeout))
        const request = {
          ...info,
          leaseTimeout: flags.leaseTimeout || info.leaseTimeout,
          expireTimeout: life || info.expireTimeout,
          maxAttempts: flags.maxAttempts || info.maxAttempts,
          deadQueue: flags.deadQueue || info.deadQueue,
          reference: flags.reference || info.reference,
          requestedPartitions: flags.partitions || info.requestedPartitions,
        }
        await call('queuesUpdate', request, 'failed to update queue')
        say(`Successfully updated queue '${queueName}'`)
      }),
    )
}
