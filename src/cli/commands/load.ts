/** `querator load`: gives a server what another one held. Querator's own command line does not have it. */
import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { messageOf, usageError } from '../../errors.js'
import { commandError } from '../command-error.js'
import { say } from '../output.js'
import { type StateFlags, stateOf } from '../state-of-server.js'
import { addStateFlags } from './dump.js'

/** Adds `querator load` to the program. */
export function addLoad(program: Command): void {
  addStateFlags(program.command('load'))
    .description('puts what querator dump printed in place of everything that a server holds')
    .argument('<file>', 'what querator dump printed')
    .action(async function (this: Command, file: string) {
      try {
        await stateOf(this.opts<StateFlags>()).write(await dumpIn(file), `the dump '${file}'`)
        say(`Successfully loaded '${file}'`)
      } catch (error) {
        throw commandError(this, error)
      }
    })
}

/** @throws QueratorError if the file cannot be read, or is no JSON */
async function dumpIn(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    throw usageError(`cannot read the dump '${file}': ${messageOf(error)}`, error)
  }
}
