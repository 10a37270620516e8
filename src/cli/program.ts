/** All commands, in the order in which help lists them. */

import { QueratorCommand } from './command.js'
import { addClear } from './commands/clear.js'
import { addComplete } from './commands/complete.js'
import { addCreate } from './commands/create.js'
import { addDelete } from './commands/delete.js'
import { addInfo } from './commands/info.js'
import { addLease } from './commands/lease.js'
import { addList } from './commands/list.js'
import { addProduce } from './commands/produce.js'
import { addRetry } from './commands/retry.js'
import { addServer, addServerFlags, isServerAsked, serverAction } from './commands/server.js'
import { addStats } from './commands/stats.js'
import { addUpdate } from './commands/update.js'
import { addVersion } from './commands/version.js'
import { addConnectionFlags } from './connection.js'

/** The command line. */
export function queratorProgram(): QueratorCommand {
  const program = new QueratorCommand('querator')
  program
    .description('A Querator in memory, for tests, and a client of any Querator. With --config alone it is the server.')
    .enablePositionalOptions()
    .helpCommand(true)
    // What is wrong is printed in one place, by main.ts.
    .configureOutput({ writeErr: () => undefined })
    .action(async function (this: QueratorCommand) {
      // Without a configuration there is nothing that says to start a server.
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
    addVersion,
  ]) {
    add(program)
  }
  return program
}
