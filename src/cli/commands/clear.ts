/** `querator clear`: empties a queue. Querator's own command line does not have it. */
import type { Command } from 'commander'
import { action, addConnectionFlags } from '../connection.js'
import { say } from '../output.js'

interface Flags {
  readonly scheduled: boolean
  readonly destructive: boolean
}

/** Adds `querator clear` to the program. */
export function addClear(program: Command): void {
  addConnectionFlags(program.command('clear'))
    .description('removes the items of a queue that nobody holds')
    .argument('<queue>', 'name of the queue')
    .option('--scheduled', 'removes those that wait for their time, instead', false)
    .option('--destructive', 'removes everything, leased and scheduled items too', false)
    .action(
      action<Flags>(async ([queueName = ''], { scheduled, destructive }, call) => {
        const request = { queueName, queue: destructive || !scheduled, scheduled, destructive }
        await call('queueClear', request, 'failed to clear queue')
        say(`Successfully cleared queue '${queueName}'`)
      }),
    )
}
