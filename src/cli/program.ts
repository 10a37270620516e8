/** The program with all commands. Help lists them in this order. */

import { QueratorCommand } from './command.js'
import { addClear } from './commands/clear.js'
import { addComplete } from './commands/complete.js'
import { addCreate } from './commands/create.js'
import { addDelete } from './commands/delete.js'
import { addDump } from './commands/dump.js'
import { addInfo } from './commands/info.js'
import { addLease } from './commands/lease.js'
import { addList } from './commands/list.js'
import { addLoad } from './commands/load.js'
import { addProduce } from './commands/produce.js'
import { addRetry } from './commands/retry.js'
import { addServer, addServerFlags, isServerAsked, serverAction } from './commands/server.js'
import { addStats } from './commands/stats.js'
import { addUpdate } from './commands/update.js'
import { addVersion } from './commands/version.js'
import { addConnectionFlags } from './connection.js'

/** Returns the `querator` program. */
export function queratorProgram(): QueratorCommand {
  const program = new QueratorCommand('querator')
  program
    .description('A Querator in memory, for tests, and a client of any Querator. With --config alone it is the server.')
    .enablePositionalOptions()
    .helpCommand(true)
    // main.ts prints all errors.
    .configureOutput({ writeErr: () => undefined })
    .action(async function (this: QueratorCommand) {
      // Prints help unless flags or variables ask for a server.
      if (!isServerAsked(this.opts())) this.help()
      await serverAction.call(this)
    })
  addServerFlags(program)
  addConnectionFlags(program)
  for (const add of [
    addServer,
    addProduce,
    addLease,
    addComplete,
    addRetry,
    addCreate,
    addList,
    addInfo,
    addStats,
    addUpdate,
    addClear,
    addDelete,
    addDump,
    addLoad,
    addVersion,
  ]) {
    add(program)
  }
  return program
}
