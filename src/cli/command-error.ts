/** A command that failed: what is printed, and the command whose usage is printed with it. */
import type { Command } from 'commander'
import { isQueratorError, messageOf } from '../errors.js'

/** See the head of this file. */
export class CommandError extends Error {
  readonly command: Command
  /** What may help, where the server says it. */
  readonly hint: string | undefined

  constructor(command: Command, message: string, hint?: string) {
    super(message)
    this.command = command
    this.hint = hint
  }

  /** As Querator prints it: the error, how the command is used, and the error again, where the eye is. */
  get text(): string {
    const error = `Error: ${this.message}\n`
    const unknown = this.message.startsWith('unknown command ')
    const usage = unknown ? "Run 'querator --help' for usage.\n" : `${this.command.helpInformation()}\n`
    return error + usage + error + (this.hint === undefined ? '' : `${this.hint}\n`)
  }
}

/** Whatever a command threw, as an error of it. */
export function commandError(command: Command, thrown: unknown): CommandError {
  if (thrown instanceof CommandError) return thrown
  const cause = isQueratorError(thrown) ? (thrown.cause as { name?: unknown } | undefined) : undefined
  const hint = cause?.name === 'Hint' ? `Hint: ${messageOf(cause)}` : undefined
  return new CommandError(command, messageOf(thrown), hint)
}
