/** The base class of the commands. */
import { Command, Help, type HelpContext, type Option } from 'commander'
import { quote } from '../clock/parse-duration.js'
import { wrongUsageOf } from './command-error.js'

/**
 * A command of the command line. Its errors have the wording of Querator's own command line rather than commander's, because scripts
 * may look for it (docs/protocol/admin.md §14).
 */
export class QueratorCommand extends Command {
  constructor(name?: string) {
    super(name)
    this.exitOverride()
    this.showSuggestionAfterError(false)
    // An empty default is not worth showing.
    const optionDescription = (option: Option) =>
      new Help().optionDescription(option).replace(/ \(default: (""|0|false)\)$/, '')
    this.configureHelp({ optionDescription })
  }

  override createCommand(name?: string): QueratorCommand {
    return new QueratorCommand(name)
  }

  /** Throws what commander reports about the arguments, in Querator's words. */
  override error(message: string, { code = '' }: { code?: string } = {}): never {
    throw wrongUsageOf(this, this.#problem(message, code))
  }

  /** Commander shows help as an error for an unknown command, such as `querator help leas`. */
  override help(context?: unknown): never {
    if ((Object(context) as HelpContext).error) this.error('', { code: 'commander.unknownCommand' })
    return super.help(context as HelpContext)
  }

  #problem(message: string, code: string): string {
    const count = this.args.length
    const needed = this.registeredArguments.filter((argument) => argument.required).length
    const variadic = this.registeredArguments.some((argument) => argument.variadic)
    if (code === 'commander.unknownCommand') return unknownCommand(this)
    if (code === 'commander.excessArguments') {
      return this.parent === null ? unknownCommand(this) : `accepts ${needed} arg(s), received ${count}`
    }
    if (code === 'commander.missingArgument') {
      return variadic
        ? `requires at least ${needed} arg(s), only received ${count}`
        : `accepts ${needed} arg(s), received ${count}`
    }
    const flag = /'(-[^']*)'/.exec(message)?.[1] ?? ''
    if (code === 'commander.unknownOption') {
      return flag.startsWith('--') ? `unknown flag: ${flag}` : `unknown shorthand flag: '${flag[1]}' in ${flag}`
    }
    if (code === 'commander.optionMissingArgument') return `flag needs an argument: ${longName(flag)}`
    const [, value = '', reason = ''] = /' argument '([\s\S]*)' is invalid\. ([\s\S]*)$/.exec(message) ?? []
    if (code === 'commander.invalidArgument')
      return `invalid argument ${quote(value)} for "${names(flag)}" flag: ${reason}`
    return message.replace(/^error: /, '')
  }
}

function unknownCommand({ args }: Command): string {
  const name = args[0] === 'help' ? args[1] : args[0]
  return `unknown command ${quote(name ?? '')} for "querator"`
}

/** Returns `-b, --batch-size` for `-b, --batch-size <number>`. */
function names(flag: string): string {
  return flag.replace(/ [<[].*$/, '')
}

function longName(flag: string): string {
  return names(flag).split(', ').at(-1) ?? flag
}
