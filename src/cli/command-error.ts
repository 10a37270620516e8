/** Errors of commands. */
import type { Command } from 'commander'
import { isQueratorError, messageOf } from '../errors.js'

/** A use of the command that it does not have: a flag, an argument, or the value of one. */
export class WrongUsage extends Error {}

/** A command failed. Its text is printed once, with the usage if the command was used wrongly. */
export class CommandError extends Error {
  /** What is printed below the error; empty for nothing. */
  readonly #more: string

  constructor(message: string, more = '') {
    super(message)
    this.#more = more
  }

  /** What is printed. */
  get text(): string {
    return `Error: ${this.message}\n${this.#more}`
  }
}

/** A wrong use of a command, with how it is used. */
export function wrongUsageOf(command: Command, message: string): CommandError {
  const unknown = message.startsWith('unknown command ')
  return new CommandError(message, unknown ? "Run 'querator --help' for usage.\n" : command.helpInformation())
}

/** Whatever a command threw, as an error of it. */
export function commandError(command: Command, thrown: unknown): CommandError {
  if (thrown instanceof CommandError) return thrown
  if (thrown instanceof WrongUsage) return wrongUsageOf(command, thrown.message)
  // What may help, where the server says it.
  const cause = isQueratorError(thrown) ? (thrown.cause as { name?: unknown } | undefined) : undefined
  return new CommandError(messageOf(thrown), cause?.name === 'Hint' ? `Hint: ${messageOf(cause)}\n` : '')
}
