/** The rules of a queue for passed deadlines. */
import type { QueueConfig } from '../queue-config.js'
import type { DeadLetters } from './dead-letters.js'
import type { Surprises } from './surprises.js'

/** The parts of the daemon that the rules need. */
interface RuleContext {
  /** Returns the queue with this name for dead letters. `undefined` if it does not exist or has no partition. */
  deadLettersOf(name: string): DeadLetters | undefined
  /** What changes from now on is kept after all that has changed before. */
  inOrder?(deadQueue: string): void
  /** Warnings for the user. */
  readonly surprises: Surprises
}

/** The rules of a queue with its current configuration. */
export class QueueRules {
  config: QueueConfig
  readonly surprises: Surprises
  readonly #context: RuleContext

  constructor(config: QueueConfig, context: RuleContext) {
    this.config = config
    this.surprises = context.surprises
    this.#context = context
  }

  /** Call between the changes of the dead letter queue and those of the queue itself, so that no item is lost between two storages. */
  inOrder(): void {
    this.#context.inOrder?.(this.config.deadQueue)
  }

  /** The dead letter queue. `undefined` if none is named, or if it does not exist or has no partition. */
  get deadQueue(): DeadLetters | undefined {
    return this.#context.deadLettersOf(this.config.deadQueue)
  }
}
