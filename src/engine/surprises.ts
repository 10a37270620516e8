/** Warns, once for each queue and surprise, of what Querator does and a user would not expect (contract: README.md, Policy). */
import type { QueueConfig } from './queue-config.js'

type Names = Pick<QueueConfig, 'name' | 'deadQueue'>

const TEXTS = {
  'retry-dead': ({ name, deadQueue }: Names) =>
    `queue.retry with dead deletes the items of '${name}', as Querator does; they do not go to its dead letter queue '${deadQueue}'`,
  'copy-stays': ({ name, deadQueue }: Names) =>
    `expired items of '${name}' were copied to its dead letter queue '${deadQueue}' and stay in '${name}' too, as on Querator: only items up to the first one that no consumer holds are removed. They can still be leased; complete or delete them to get rid of them`,
  'copied-again': ({ name, deadQueue }: Names) =>
    `an expired item of '${name}' was copied to its dead letter queue '${deadQueue}' once more, as on Querator: its first copy is gone from there, and the item itself is still in '${name}'. Complete or delete it in '${name}' to stop that`,
  'hidden-deadlines': ({ name }: Names) =>
    `an overdue item stays in '${name}' and hides later deadlines, as on Querator: leases and items will not expire at their time until the next produce or lease asks for a look. Complete or delete the overdue item, or update max_attempts or dead_queue`,
  'no-dead-queue': ({ name, deadQueue }: Names) =>
    `expired or exhausted items stay in '${name}', as on Querator: its dead letter queue '${deadQueue}' does not exist. Create it, or update the queue`,
}

/** What can surprise a user of a queue. */
export type Surprise = keyof typeof TEXTS

/** The surprises of one queue. */
export class Surprises {
  readonly #warn: (message: string) => void
  readonly #told = new Set<Surprise>()

  constructor(warn: (message: string) => void) {
    this.#warn = warn
  }

  /** Warns of it, unless that was done before. */
  tell(surprise: Surprise, queue: Names): void {
    if (this.#told.has(surprise)) return
    this.#told.add(surprise)
    this.#warn(TEXTS[surprise](queue))
  }
}
