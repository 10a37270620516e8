/** `querator load`: gives a server what another one held. Querator's own command line does not have it. */
import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { messageOf, usageError } from '../../errors.js'
import { commandError } from '../command-error.js'
import { say } from '../output.js'
import { type StateFlags, stateOf } from '../state-of-server.js'
import { stdin } from '../stdin.js'
import { inWordsOfCommand } from '../words.js'
import { addStateFlags } from './dump.js'

/** Adds `querator load` to the program. */
export function addLoad(program: Command): void {
  addStateFlags(program.command('load'))
    .description('puts what querator dump printed in place of everything that a server holds')
    .argument('<file>', 'what querator dump printed; - for stdin')
    .action(async function (this: Command, file: string) {
      const source = file === '-' ? 'the dump on stdin' : `the dump '${file}'`
      try {
        await stateOf(this.opts<StateFlags>()).write(await dumpIn(file, source), source)
        say(`Successfully loaded ${file === '-' ? source : `'${file}'`}`)
      } catch (error) {
        throw commandError(this, inWordsOfCommand(error, source))
      }
    })
}

/** @throws QueratorError if the file cannot be read, or is no JSON */
async function dumpIn(file: string, source: string): Promise<unknown> {
  try {
    const text = file === '-' ? (await stdin()).toString('utf8') : await readFile(file, 'utf8')
    // Some editors and shells write a mark before it.
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    throw usageError(`cannot read ${source}: ${messageOf(error)}`, error)
  }
}
