/** `querator dump`: prints everything that a server holds. Querator's own command line does not have it. */
import type { Command } from 'commander'
import { commandError } from '../command-error.js'
import { DEFAULT_ENDPOINT } from '../connection.js'
import { printJson } from '../output.js'
import { type StateFlags, stateOf } from '../state-of-server.js'
import { inWordsOfCommand } from '../words.js'

/** Adds `querator dump` to the program. */
export function addDump(program: Command): void {
  addStateFlags(program.command('dump'))
    .description('prints everything that a server holds as JSON, for querator load')
    .action(async function (this: Command) {
      try {
        await printJson(await stateOf(this.opts<StateFlags>()).read())
      } catch (error) {
        throw commandError(this, inWordsOfCommand(error))
      }
    })
}

/** Adds the flags that say whose state it is. */
export function addStateFlags(command: Command): Command {
  return command
    .option(
      '--endpoint <url>',
      `URL of a server with --test-control (env QUERATOR_ENDPOINT, default "${DEFAULT_ENDPOINT}")`,
    )
    .option('--config <file>', 'the configuration of a server that does not run: its storages are opened')
}
