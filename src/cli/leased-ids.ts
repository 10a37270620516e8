/** The arguments of `complete` and `retry`: a partition, and ids on the command line or in a file. */
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { messageOf, usageError } from '../errors.js'
import { WrongUsage } from './command-error.js'
import { addConnectionFlags } from './connection.js'
import { integer } from './flags.js'

/** The flags of both commands. */
export interface IdFlags {
  readonly partition?: number
  readonly file?: string
}

/** Adds the arguments and flags of both commands. */
export function addIdFlags(command: Command): Command {
  return addConnectionFlags(command)
    .argument('<queue>', 'name of the queue')
    .argument('[ids...]', 'ids of the items, as lease printed them')
    .option('-p, --partition <number>', 'partition of the items, as lease printed it (required)', integer)
    .option('--file <path>', 'file with one id a line, instead of ids as arguments')
}

/** Returns the partition. @throws WrongUsage if it is not given */
export function partitionOf({ partition }: IdFlags): number {
  if (partition === undefined) throw new WrongUsage('required flag(s) "partition" not set')
  return partition
}

/** Returns the ids. A file wins over arguments. @throws WrongUsage if there are none, or QueratorError if the file has none */
export function idsOf(args: readonly string[], { file }: IdFlags, verb: 'complete' | 'retry'): readonly string[] {
  if (file === undefined || file === '') {
    if (args.length === 0) throw new WrongUsage('no item IDs provided (use command line arguments or --file)')
    return args
  }
  const ids = textOf(file)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  if (ids.length === 0) throw usageError(`no item IDs to ${verb}`)
  return ids
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw usageError(`failed to open file: ${messageOf(error)}`, error)
  }
}
