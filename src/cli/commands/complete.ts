/** `querator complete`: completes leased items. */
import type { Command } from 'commander'
import { action } from '../connection.js'
import { durationFlag } from '../flags.js'
import { addIdFlags, type IdFlags, idsOf, partitionOf } from '../leased-ids.js'
import { say } from '../output.js'

interface Flags extends IdFlags {
  readonly timeout: string
}

/** Adds `querator complete` to the program. */
export function addComplete(program: Command): void {
  addIdFlags(program.command('complete'))
    .description('ends leased items: they are done')
    .option('--timeout <duration>', 'how long it may take', '30s')
    .action(
      action<Flags>(async ([queueName = '', ...args], flags, call) => {
        const partition = partitionOf(flags)
        const deadline = durationFlag(flags.timeout, 'timeout')
        const ids = idsOf(args, flags, 'complete')
        const request = { queueName, partition, ids, requestTimeout: flags.timeout }
        await call('queueComplete', request, 'failed to complete items', deadline)
        say(`Successfully completed ${ids.length} item(s) in queue '${queueName}' partition ${partition}`)
      }),
    )
}
