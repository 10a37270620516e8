/** Warnings about behaviour of Querator that a user would not expect (docs/differences.md). Each comes once per queue. */
import type { QueueConfig } from '../queue-config.js'

type Names = Pick<QueueConfig, 'name' | 'deadQueue'>

const TEXTS = {
  'retry-dead': ({ name, deadQueue }: Names) =>
    `queue.retry with dead deletes the items of '${name}', as Querator does; they do not go to its dead letter queue '${deadQueue}'`,
  'copy-stays': ({ name, deadQueue }: Names) =>
    `expired items of '${name}' that no consumer holds were copied to its dead letter queue '${deadQueue}' and stay in '${name}' too, as on Querator. They can still be leased; complete or delete them`,
  'copied-again': ({ name, deadQueue }: Names) =>
    `an expired item of '${name}' was copied to its dead letter queue '${deadQueue}' once more, as on Querator: its first copy is gone from there, and the item itself is still in '${name}'. Complete or delete it in '${name}' to stop that`,
  'hidden-deadlines': ({ name }: Names) =>
    `an overdue item stays in '${name}' and hides later deadlines, as on Querator: they may pass unnoticed until a produce or lease asks for the next look. Complete or delete the overdue item`,
  'outlived-lease': ({ name }: Names) =>
    `an item of '${name}' was past its expiry when its lease ran out. As on Querator, the look that ends a lease does not expire the item: it went back to the tail, and stays until a produce or lease asks for the next look. If one jump of the clock passed both, advance in two steps to see it expire`,
  'no-dead-queue': ({ name, deadQueue }: Names) =>
    `expired or exhausted items stay in '${name}', as on Querator: its dead letter queue '${deadQueue}' does not exist. Create it, or update the queue`,
}

/** An unexpected behaviour. */
export type Surprise = keyof typeof TEXTS

/** The warnings of one queue. */
export interface Surprises {
  /** Warns of a behaviour, unless it already did. */
  warn(surprise: Surprise, queue: Names): void
}

/** The warnings of all queues. A queue that comes back after a crash warns of nothing twice. */
export class AllSurprises {
  readonly #warn: (message: string) => void
  /** What was warned of, with the number of the queue. */
  readonly #warned = new Set<string>()

  constructor(warn: (message: string) => void) {
    this.#warn = warn
  }

  /** Returns the warnings of the queue with this number. */
  of(queueId: number): Surprises {
    return {
      warn: (surprise, queue) => {
        const key = `${surprise} ${queueId}`
        if (this.#warned.has(key)) return
        this.#warned.add(key)
        this.#warn(TEXTS[surprise](queue))
      },
    }
  }
}
