/** `querator delete`: deletes a queue with all its items. */
import type { Command } from 'commander'
import { action, addConnectionFlags } from '../connection.js'
import { say } from '../output.js'

/** Adds `querator delete` to the program. */
export function addDelete(program: Command): void {
  addConnectionFlags(program.command('delete'))
    .description('removes a queue with all items and leases')
    .argument('<queue>', 'name of the queue')
    .option('--force', 'has no effect: the server removes queues with items as well', false)
    .action(
      action<{ force: boolean }>(async ([queueName = ''], { force }, call) => {
        await call('queuesDelete', { queueName, force }, 'failed to delete queue')
        say(`Successfully deleted queue '${queueName}'`)
      }),
    )
}
