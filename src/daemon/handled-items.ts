/** Finds the items whose handlers make calls. */
import type { HandledItem } from '../engine/events/event-kinds.js'
import type { EventRecord } from '../engine/events/record.js'
import type { Queues } from '../engine/queue/queues.js'
import type { Handling } from '../protocol/exchange.js'

/** Finds handled items by queue and id. Remembers each, because its id changes when its lease ends, and its handler may go on. */
export class HandledItems {
  readonly #queues: Queues
  readonly #record: EventRecord
  readonly #known = new WeakMap<Handling, { readonly item: HandledItem | undefined }>()

  constructor(queues: Queues, record: EventRecord) {
    this.#queues = queues
    this.#record = record
  }

  /** Returns the item. `undefined` if it is not of this daemon, or neither a queue nor the record has it. */
  of(handling: Handling): HandledItem | undefined {
    const known = this.#known.get(handling) ?? { item: this.#find(handling) }
    this.#known.set(handling, known)
    return known.item
  }

  #find({ queue, id }: Handling): HandledItem | undefined {
    for (const partition of this.#queues.find(queue)?.partitions ?? []) {
      const item = partition.find(id)
      if (item !== undefined) return { item: item.serial, reference: item.reference, queue, attempts: item.attempts }
    }
    return this.#record.itemWithId(queue, id)
  }
}
