/** All commands, in the order in which help lists them. */
import { addClear } from './clear.js'
import { QueratorCommand } from './command.js'
import { addComplete } from './complete.js'
import { addConnectionFlags } from './connection.js'
import { addCreate } from './create.js'
import { addDelete } from './delete.js'
import { addInfo } from './info.js'
import { addLease } from './lease.js'
import { addList } from './list.js'
import { addProduce } from './produce.js'
import { addRetry } from './retry.js'
import { addServer, addServerFlags, isServerAsked, serverAction } from './server.js'
import { addStats } from './stats.js'
import { addUpdate } from './update.js'
import { addVersion } from './version.js'

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
