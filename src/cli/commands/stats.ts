/** `querator stats`: prints the statistics of a queue. Querator's own command line does not have it. */
import type { Command } from 'commander'
import { action, addConnectionFlags } from '../connection.js'
import { printJson } from '../output.js'

/** Adds `querator stats` to the program. */
export function addStats(program: Command): void {
  addConnectionFlags(program.command('stats'))
    .description('prints the counts and ages of a queue as JSON, zeros included')
    .argument('<queue>', 'name of the queue')
    .action(
      action(async ([queueName = ''], _, call) => {
        const { logicalQueues } = await call('queueStats', { queueName }, 'failed to get queue stats')
        await printJson({ queue_name: queueName, logicalQueues })
      }),
    )
}
