/** `querator retry`: returns leased items to the queue. Querator's own command line does not have it. */
import type { Command } from 'commander'
import { action } from '../connection.js'
import { timeFlag } from '../flags.js'
import { addIdFlags, type IdFlags, idsOf, partitionOf } from '../leased-ids.js'
import { say } from '../output.js'

interface Flags extends IdFlags {
  readonly at: string
  readonly dead: boolean
}

/** Adds `querator retry` to the program. */
export function addRetry(program: Command): void {
  addIdFlags(program.command('retry'))
    .description('gives leased items back, now or at a time')
    .option('--at <time>', 'when they may be leased again, by RFC 3339 such as 2026-01-31T15:04:05Z', '')
    .option('--dead', 'deletes them instead, also when the queue has a dead letter queue', false)
    .action(
      action<Flags>(async ([queueName = '', ...args], flags, call) => {
        const partition = partitionOf(flags)
        const retryAt = flags.at === '' ? {} : { retryAt: timeFlag(flags.at, 'at') }
        const ids = idsOf(args, flags, 'retry')
        const items = ids.map((id) => ({ id, dead: flags.dead, ...retryAt }))
        await call('queueRetry', { queueName, partition, items }, 'failed to retry items')
        say(`Successfully retried ${ids.length} item(s) in queue '${queueName}' partition ${partition}`)
      }),
    )
}
