/** An item in the response of list and import. */
import type { DeadlineGroup } from '../engine/store/deadline-groups.js'
import type { Item } from '../engine/store/item.js'
import type { Partition } from '../engine/store/partition.js'
import type { Timestamp } from '../protocol/messages/message.js'
import type { AnswerOf } from '../protocol/methods.js'
import { timestampOf } from '../protocol/timestamp.js'
import { int32Of } from './int32.js'

type Shown = NonNullable<AnswerOf<'storageItemsList'>['items']>[number]

/** An item at one moment. A response may have very many, so each stores little and makes its values when it is encoded. */
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

  // The other fields of an item never change.

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
