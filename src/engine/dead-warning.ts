/** Tells a user, once for each queue, that retrying with `dead` is not what it sounds like (contract: README.md, Policy). */
import type { RetryItem } from './partition-requests.js'
import type { QueueConfig } from './queue-config.js'
import type { QueueContext } from './queue-context.js'

/** See the head of this file. */
export class DeadWarning {
  readonly #context: QueueContext
  #said = false

  constructor(context: QueueContext) {
    this.#context = context
  }

  /** Looks at a retry before it is carried out. */
  check(items: readonly RetryItem[], { name, deadQueue }: QueueConfig): void {
    if (this.#said || deadQueue === '' || !items.some((item) => item.dead)) return
    this.#said = true
    this.#context.warn(
      `queue.retry with dead deletes the items of '${name}', as Querator does; they do not go to its dead letter queue '${deadQueue}'`,
    )
  }
}
