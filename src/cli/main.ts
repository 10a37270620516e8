#!/usr/bin/env node
/** The command `querator`: runs what its arguments say, and prints what went wrong. */
import { CommanderError } from 'commander'
import { visibleText } from '../visible.js'
import { commandError } from './command-error.js'
import { queratorProgram } from './program.js'

/** The status of a program whose reader has gone away: that of one killed by SIGPIPE. */
const READER_GONE = 141

const program = queratorProgram()
let isServer = false
program.hook('preAction', (_, command) => {
  isServer = command === program || command.name() === 'server'
})
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', () => {
    // A server goes on: it was only its log that was read.
    if (!isServer) process.exit(READER_GONE)
  })
}

try {
  await program.parseAsync()
} catch (error) {
  // Help and its like end this way, with status 0.
  if (!(error instanceof CommanderError)) process.stderr.write(visibleText(commandError(program, error).text))
  process.exitCode = error instanceof CommanderError ? error.exitCode : 1
}
