/** What decides about the items of a queue when a deadline passes. */
import type { QueueConfig } from '../queue-config.js'
import type { DeadLetters } from './dead-letters.js'
import { Surprises } from './surprises.js'

/** What the rules ask of the daemon. */
interface RuleContext {
  /** The queue of that name, for dead letters. Undefined when there is none, or it has no partition. */
  deadLettersOf(name: string): DeadLetters | undefined
  /** Tells the operator something that a user should know. */
  warn(message: string): void
}

/** The rules of a queue, as it is configured now. */
export class QueueRules {
  config: QueueConfig
  readonly surprises: Surprises
  readonly #context: RuleContext

  constructor(config: QueueConfig, context: RuleContext) {
    this.config = config
    this.surprises = new Surprises((message) => context.warn(message))
    this.#context = context
  }

  /** The dead letter queue. Undefined when none is named, or the one that is named does not exist or has no partition. */
  get deadQueue(): DeadLetters | undefined {
    return this.#context.deadLettersOf(this.config.deadQueue)
  }
}
