/** `querator info`: prints the configuration of a queue. Querator's own command line does not have it. */
import type { Command } from 'commander'
import { action, addConnectionFlags } from '../connection.js'
import { printJson, shownQueue } from '../output.js'

/** Adds `querator info` to the program. */
export function addInfo(program: Command): void {
  addConnectionFlags(program.command('info'))
    .description('prints what is configured of a queue as JSON')
    .argument('<queue>', 'name of the queue')
    .action(
      action(async ([queueName = ''], _, call) => {
        await printJson(shownQueue(await call('queuesInfo', { queueName }, 'failed to get queue info')))
      }),
    )
}
