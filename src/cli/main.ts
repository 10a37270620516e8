#!/usr/bin/env node
/** The command `querator`: reads its arguments, and says in one line what is wrong. */
import { Command } from 'commander'
import { VERSION } from '../daemon/version.js'
import { messageOf } from '../errors.js'
import { type ServerOptions, serve } from './server.js'

const SERVER_OPTIONS = [
  ['--config <file>', 'the YAML configuration file', 'QUERATOR_CONFIG'],
  ['--address <host:port>', 'where to listen; before the file (default localhost:2319)', 'QUERATOR_ADDRESS'],
  ['--log-level <level>', 'debug, info, warn or error; before the file (default info)', 'QUERATOR_LOG_LEVEL'],
] as const

function withServerOptions(command: Command): Command {
  for (const [flags, description, variable] of SERVER_OPTIONS) {
    command.option(flags, `${description} [${variable}]`, process.env[variable] || undefined)
  }
  return command
}

const program = withServerOptions(new Command('querator'))
  .description('A Querator in memory, for tests. Everything is gone when it stops.')
  .enablePositionalOptions()
  .action(async (options: ServerOptions, command: Command) => {
    // Without a configuration there is nothing that says to start a server.
    if (options.config === undefined && options.address === undefined) command.help()
    await serve(options)
  })
withServerOptions(program.command('server').description('starts the daemon')).action((options: ServerOptions) =>
  serve(options),
)
program
  .command('version')
  .description('prints the version')
  .action(() => {
    process.stdout.write(`querator ${VERSION}\n`)
  })

try {
  await program.parseAsync()
} catch (error) {
  process.stderr.write(`Error: ${messageOf(error)}\n`)
  process.exitCode = 1
}
