#!/usr/bin/env node
/** The command `querator`: runs the program and prints its errors. */
import { CommanderError } from 'commander'
import { visibleText } from '../visible.js'
import { commandError } from './command-error.js'
import { queratorProgram } from './program.js'

/** The exit status when nobody reads stdout any more: the same as after SIGPIPE. */
const READER_GONE = 141

const program = queratorProgram()
let isServer = false
program.hook('preAction', (_, command) => {
  isServer = command === program || command.name() === 'server'
})
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', () => {
    // A server continues without a reader: stdout only has its log.
    if (!isServer) process.exit(READER_GONE)
  })
}

try {
  await program.parseAsync()
} catch (error) {
  // Commander ends help and version with an error of its own, with status 0.
  if (!(error instanceof CommanderError)) process.stderr.write(visibleText(commandError(program, error).text))
  process.exitCode = error instanceof CommanderError ? error.exitCode : 1
}
