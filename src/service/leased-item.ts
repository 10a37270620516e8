/** Leased items in a reply. */
import type { LeasedItem } from '../engine/serving/waiting-leases.js'
import type { WrittenItem } from '../protocol/fast/lease.js'
import type { Timestamp } from '../protocol/messages/message.js'
import { int32Of } from './int32.js'

/** A leased item in a reply. Its fields are only made when they are read, because a lease may have a thousand items. */
export class ShownItem implements WrittenItem {
  readonly #item: LeasedItem
  /** Shared by all items of a lease. */
  readonly leaseDeadline: Timestamp

  constructor(item: LeasedItem, leaseDeadline: Timestamp) {
    this.#item = item
    this.leaseDeadline = leaseDeadline
  }

  get id(): string {
    return this.#item.ids.text(this.#item.sequence)
  }

  get encoding(): string {
    return this.#item.content.encoding
  }

  get kind(): string {
    return this.#item.content.kind
  }

  get reference(): string {
    return this.#item.content.reference
  }

  get attempts(): number {
    return int32Of(this.#item.attempts)
  }

  get bytes(): string {
    return this.#item.content.payload
  }

  writeId(bytes: Uint8Array, at: number): void {
    this.#item.ids.write(this.#item.sequence, bytes, at)
  }
}
