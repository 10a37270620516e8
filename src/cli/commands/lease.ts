/** `querator lease`: leases items and prints them as JSON. */

import { randomInt } from 'node:crypto'
import type { Command } from 'commander'
import { action, addConnectionFlags } from '../connection.js'
import { durationFlag, integer } from '../flags.js'
import { printJson, say, shownTime, withoutEmpty } from '../output.js'

interface Flags {
  readonly clientId?: string
  readonly batchSize: number
  readonly timeout: string
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** Adds `querator lease` to the program. */
export function addLease(program: Command): void {
  addConnectionFlags(program.command('lease'))
    .description('leases items of a queue and prints them as JSON; waits for the first of them')
    .argument('<queue>', 'name of the queue')
    .option('-c, --client-id <id>', 'who leases (default: a random one)')
    .option('-b, --batch-size <number>', 'how many items at most, 1 to 1,000', integer, 1)
    .option('--timeout <duration>', 'how long to wait for an item, 10ms to 15m', '30s')
    .action(
      action<Flags>(async ([queueName = ''], { clientId = randomClient(), batchSize, timeout }, call) => {
        const deadline = durationFlag(timeout, 'timeout')
        const request = { queueName, clientId, batchSize, requestTimeout: timeout }
        const { partition, items } = await call('queueLease', request, 'failed to lease items', deadline)
        await printJson({
          queue_name: queueName,
          partition,
          items: items.map(({ encoding, kind, reference, id, attempts, leaseDeadline, bytes }) => {
            const base64 = Buffer.from(bytes).toString('base64')
            const shown = {
              encoding,
              kind,
              reference,
              id,
              attempts,
              leaseDeadline: shownTime(leaseDeadline),
              bytes: base64,
            }
            return withoutEmpty(shown)
          }),
        })
        say(`Successfully leased ${items.length} item(s) from queue '${queueName}'`)
      }),
    )
}

function randomClient(): string {
  return `id-${Array.from({ length: 10 }, () => LETTERS[randomInt(LETTERS.length)]).join('')}`
}
