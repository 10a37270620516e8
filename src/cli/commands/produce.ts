/** `querator produce`: adds one item, from a flag or from stdin. */
import type { Command } from 'commander'
import { action, addConnectionFlags } from '../connection.js'
import { durationFlag, timeFlag } from '../flags.js'
import { stdin } from '../stdin.js'

interface Flags {
  readonly payload?: string
  readonly encoding: string
  readonly kind: string
  readonly reference: string
  readonly enqueueAt: string
  readonly timeout: string
}

/** Adds `querator produce` to the program. */
export function addProduce(program: Command): void {
  addConnectionFlags(program.command('produce'))
    .description('adds an item to a queue; without --payload what comes on stdin')
    .argument('<queue>', 'name of the queue')
    .option('-p, --payload <text>', 'the payload of the item')
    .option('--encoding <text>', 'how the payload is encoded, for whoever leases the item', '')
    .option('--kind <text>', 'what kind of item it is', '')
    .option('--reference <text>', 'by which the item is known again', '')
    .option('--enqueue-at <time>', 'when it may be leased, by RFC 3339 such as 2026-01-31T15:04:05Z', '')
    .option('--timeout <duration>', 'how long it may take', '30s')
    .action(
      action<Flags>(async ([queueName = ''], flags, call) => {
        const { encoding, kind, reference } = flags
        const deadline = durationFlag(flags.timeout, 'timeout')
        const enqueueAt = flags.enqueueAt === '' ? {} : { enqueueAt: timeFlag(flags.enqueueAt, 'enqueue-at') }
        const bytes = flags.payload === undefined ? await stdin() : Buffer.from(flags.payload)
        const request = {
          queueName,
          requestTimeout: flags.timeout,
          items: [{ encoding, kind, reference, bytes, ...enqueueAt }],
        }
        await call('queueProduce', request, 'failed to produce item', deadline)
        if (flags.payload === undefined) return
        process.stdout.write(`Successfully produced item with payload of ${bytes.byteLength} bytes\n`)
      }),
    )
}
