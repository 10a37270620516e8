/** An item as list and import return it: its state at that moment. Its texts are made when they are written. */
import type { DeadlineGroup } from '../engine/store/deadline-groups.js'
import type { Item } from '../engine/store/item.js'
import type { Partition } from '../engine/store/partition.js'
import type { Timestamp } from '../protocol/messages/message.js'
import type { AnswerOf } from '../protocol/methods.js'
import { timestampOf } from '../protocol/timestamp.js'
import { int32Of } from './int32.js'

type Shown = NonNullable<AnswerOf<'storageItemsList'>['items']>[number]

/** A listed item. An answer may hold very many, so each keeps little. */
export class ListedItem implements Shown {
  readonly #partition: Partition
  readonly #item: Item
  readonly #sequence: number
  readonly #lease: Item['leaseDeadline']
  readonly #life: DeadlineGroup
  readonly isLeased: boolean
  readonly attempts: number

  constructor(partition: Partition, item: Item) {
    this.#partition = partition
    this.#item = item
    this.#sequence = item.sequence
    this.#lease = item.leaseDeadline
    this.#life = item.life
    this.isLeased = item.leased
    this.attempts = int32Of(item.attempts)
  }

  get id(): string {
    return this.#partition.ids.text(this.#sequence)
  }

  get leaseDeadline(): Timestamp {
    return timestampOf(this.#lease.at, this.#lease.early)
  }

  get expireDeadline(): Timestamp {
    return timestampOf(this.#life.at, this.#life.early)
  }

  get createdAt(): Timestamp {
    return timestampOf(this.#life.since)
  }

  // Nothing changes the rest of an item.

  get sourceId(): string {
    return this.#item.sourceId
  }

  get maxAttempts(): number {
    return this.#item.maxAttempts
  }

  get reference(): string {
    return this.#item.reference
  }

  get encoding(): string {
    return this.#item.encoding
  }

  get kind(): string {
    return this.#item.kind
  }

  get payload(): string {
    return this.#item.payload
  }
}
