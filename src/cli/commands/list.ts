/** `querator list`: prints the queues of a namespace as JSON. */
import type { Command } from 'commander'
import { action, addConnectionFlags } from '../connection.js'
import { integer } from '../flags.js'
import { printJson, say, shownQueue } from '../output.js'

interface Flags {
  readonly limit: number
  readonly pivot: string
  readonly namespace: string
}

/** Adds `querator list` to the program. */
export function addList(program: Command): void {
  addConnectionFlags(program.command('list'))
    .description('prints the queues of a namespace as JSON')
    .option('--limit <number>', 'how many at most; 0 means 1,000', integer, 100)
    .option('--pivot <queue>', 'the queue to begin with', '')
    .option('--namespace <name>', 'whose queues (default: _system)', '')
    .action(
      action<Flags>(async (_, { limit, pivot, namespace }, call) => {
        const { items } = await call('queuesList', { limit, pivot, namespace }, 'failed to list queues')
        await printJson({ queues: items.length === 0 ? null : items.map(shownQueue), count: items.length })
        say(`Found ${items.length} queue(s)`)
      }),
    )
}
