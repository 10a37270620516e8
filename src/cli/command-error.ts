/** The errors of commands. */
import type { Command } from 'commander'
import { isQueratorError, messageOf } from '../errors.js'

/** An unknown flag, a wrong argument, or a wrong value of either. */
export class WrongUsage extends Error {}

/** The failure of a command. Its text is printed once, followed by the usage if the command was used wrongly. */
export class CommandError extends Error {
  /** The text below the error message. Empty for none. */
  readonly #more: string

  constructor(message: string, more = '') {
    super(message)
    this.#more = more
  }

  /** The text to print. */
  get text(): string {
    return `Error: ${this.message}\n${this.#more}`
  }
}

/** Returns the error for a command that was used wrongly. Its text includes the usage. */
export function wrongUsageOf(command: Command, message: string): CommandError {
  const unknown = message.startsWith('unknown command ')
  return new CommandError(message, unknown ? "Run 'querator --help' for usage.\n" : command.helpInformation())
}

/** Returns whatever a command threw as an error of that command. */
export function commandError(command: Command, thrown: unknown): CommandError {
  if (thrown instanceof CommandError) return thrown
  if (thrown instanceof WrongUsage) return wrongUsageOf(command, thrown.message)
  // The server's hint, if it sent one.
  const cause = isQueratorError(thrown) ? (thrown.cause as { name?: unknown } | undefined) : undefined
  return new CommandError(messageOf(thrown), cause?.name === 'Hint' ? `Hint: ${messageOf(cause)}\n` : '')
}
